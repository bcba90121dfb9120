//! The vectors of docs/format.md section 11, which an independent implementation made: each opens,
//! or fails, as it says.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::base64;
use dynacrypt::codec::Binary;
use dynacrypt::{Error, ExposeSecret, LocalKeyProvider, Record, Sealer, Secret};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroize;

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    display_name: String,
    #[dynacrypt(authenticated)]
    role: String,
    #[encrypted]
    ssn: Secret<String>,
    #[encrypted]
    api_key: Option<Secret<String>>,
}

#[derive(Debug, Record)]
#[dynacrypt(table = "notes")]
struct Note {
    #[dynacrypt(partition_key)]
    author: String,
    #[dynacrypt(sort_key)]
    seq: i64,
    #[dynacrypt(owner)]
    reader: String,
    #[dynacrypt(authenticated)]
    pinned: Option<bool>,
    #[dynacrypt(authenticated, aad_name = "mass")]
    weight: Option<i64>,
    #[encrypted]
    #[dynacrypt(pad = 64)]
    body: Secret<String>,
    #[encrypted]
    blob: Option<Secret<Vec<u8>>>,
    #[encrypted]
    meta: Option<Secret<Meta>>,
}

#[derive(Serialize, Deserialize, Zeroize)]
struct Meta {
    b: String,
    a: i64,
    done: bool,
    ratio: f64,
    nested: Nested,
}

#[derive(Serialize, Deserialize, Zeroize)]
struct Nested {
    aa: Option<u64>,
    b: Vec<i64>,
}

#[derive(Debug, Record)]
#[dynacrypt(table = "vaults", whole)]
struct Vault {
    #[dynacrypt(partition_key)]
    id: Binary,
    #[encrypted]
    pin: Secret<i64>,
    #[encrypted]
    #[dynacrypt(aad_name = "h")]
    hint: Option<Secret<String>>,
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(digit).collect()
}

fn attribute(json: &Value) -> AttributeValue {
    let (kind, value) = json.as_object().and_then(|object| object.iter().next()).expect("one type");
    let text = || value.as_str().expect("text").to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "B" => AttributeValue::B(Blob::new(base64::decode(text()).expect("base64"))),
        "BOOL" => AttributeValue::Bool(value.as_bool().expect("boolean")),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(value.as_array().expect("list").iter().map(attribute).collect()),
        "M" => {
            let map = value.as_object().expect("map").iter();
            AttributeValue::M(map.map(|(name, value)| (name.clone(), attribute(value))).collect())
        }
        other => panic!("type {other}"),
    }
}

/// What was opened, in a form to compare with a vector's plaintexts: clear fields, and secrets as
/// the CBOR of the simple ones.
type Shown = HashMap<&'static str, Vec<u8>>;

/// CBOR of a string (RFC 8949 section 3), major type 2 for bytes and 3 for text.
fn cbor(major: u8, bytes: &[u8]) -> Vec<u8> {
    let major = major << 5;
    let head = match u16::try_from(bytes.len()).expect("short").to_be_bytes() {
        [0, len @ 0..24] => vec![major | len],
        [0, len] => vec![major | 0x18, len],
        [high, low] => vec![major | 0x19, high, low],
    };
    [head, bytes.to_vec()].concat()
}

fn text_cbor(text: &str) -> Vec<u8> {
    cbor(3, text.as_bytes())
}

async fn open(
    sealer: &Sealer,
    record: &str,
    item: HashMap<String, AttributeValue>,
) -> Result<Shown, Error> {
    let mut shown = Shown::new();
    match record {
        "Profile" => {
            let profile: Profile = sealer.open(item).await?;
            let Profile { user_id, display_name, role, .. } = &profile;
            shown.insert("clear shown", format!("{user_id} {display_name} {role}").into_bytes());
            shown.insert("ssn", text_cbor(profile.ssn.expose_secret()));
            shown.extend(profile.api_key.map(|key| ("api_key", text_cbor(key.expose_secret()))));
        }
        "Note" => {
            let note: Note = sealer.open(item).await?;
            let Note { author, seq, reader, pinned, weight, .. } = &note;
            let clear = format!("{author} {seq} {reader} {pinned:?} {weight:?}");
            shown.insert("clear shown", clear.into_bytes());
            let mut body = text_cbor(note.body.expose_secret());
            body.resize(body.len().next_multiple_of(64), 0);
            shown.insert("body", body);
            shown.extend(note.blob.map(|blob| ("blob", cbor(2, blob.expose_secret()))));
            if let Some(meta) = note.meta {
                let Meta { a, b, done, ratio, nested: Nested { aa, b: list } } =
                    meta.expose_secret();
                shown.insert(
                    "meta shown",
                    format!("{a} {b} {done} {ratio} {aa:?} {list:?}").into_bytes(),
                );
            }
        }
        "Vault" => {
            let vault: Vault = sealer.open(item).await?;
            shown.insert("clear shown", vault.id.0);
            shown.insert("pin shown", vault.pin.expose_secret().to_string().into_bytes());
            shown.extend(vault.hint.map(|hint| ("hint", text_cbor(hint.expose_secret()))));
        }
        other => panic!("record {other}"),
    }
    Ok(shown)
}

fn outcome(opened: &Result<Shown, Error>) -> &'static str {
    match opened {
        Ok(_) => "ok",
        Err(error) if error.is_decrypt() => "decrypt",
        Err(error) if error.is_not_sealed() => "not_sealed",
        Err(error) if error.is_invalid_item() => "invalid_item",
        Err(_) => "another error",
    }
}

#[tokio::test]
async fn every_vector_has_its_outcome() {
    let text = include_str!("../vectors/v1.json");
    let vectors: Vec<Value> = serde_json::from_str(text).expect("vectors");
    let (mut failures, mut compared) = (Vec::new(), 0);
    for vector in &vectors {
        let field = |name: &str| vector[name].as_str().unwrap_or_else(|| panic!("no {name}"));
        let mut key = hex(field("wrapping_key"));
        let mut sealer = Sealer::new(LocalKeyProvider::from_bytes(&mut key).expect("key"));
        if let Some(tenant) = vector["tenant"].as_str() {
            sealer = sealer.for_tenant(tenant);
        }
        let item = vector["item"].as_object().expect("item");
        let item = item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
        let opened = open(&sealer, field("record"), item).await;
        if outcome(&opened) != field("expected") {
            failures.push(format!(
                "{}: {} instead of {}",
                field("name"),
                outcome(&opened),
                field("expected")
            ));
        }
        for (name, shown) in opened.into_iter().flatten() {
            if let Some(plaintext) = vector["plaintexts"][name].as_str() {
                compared += 1;
                if hex(plaintext) != shown {
                    failures.push(format!("{}: another value in {name}", field("name")));
                }
            }
        }
    }
    assert!(vectors.len() >= 150 && compared >= 25, "{} vectors, {compared} values", vectors.len());
    assert!(failures.is_empty(), "{failures:#?}");
}
