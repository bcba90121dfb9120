//! Changed, cut and swapped values: refused, each of them. It never checks how long that takes.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::base64;
use dynacrypt::legacy::{AwsEsdk, Item, KmsGcm, LegacyFormat};

use super::fixtures::{FORMATS, Fixture, Fixtures, expected, refused};

/// The bytes that an attribute is stored as.
fn stored<'a>(item: &'a Item, name: &str) -> &'a [u8] {
    match &item[name] {
        AttributeValue::S(text) => text.as_bytes(),
        AttributeValue::B(blob) => blob.as_ref(),
        other => panic!("{other:?}"),
    }
}

/// The item with other bytes in an attribute; `None` where they are no string.
fn with_bytes(item: &Item, name: &str, bytes: Vec<u8>) -> Option<Item> {
    let value = match &item[name] {
        AttributeValue::S(_) => AttributeValue::S(String::from_utf8(bytes).ok()?),
        _ => AttributeValue::B(Blob::new(bytes)),
    };
    let mut changed = item.clone();
    changed.insert(name.to_owned(), value);
    Some(changed)
}

/// The attributes that a field is in.
fn attributes(reader: &dyn LegacyFormat, field: &str) -> Vec<String> {
    let mut names = reader.companions(field);
    names.push(field.to_owned());
    names
}

/// Flips bits of each byte of each attribute: all eight, or one that changes from byte to byte.
async fn flip(reader: &dyn LegacyFormat, fixture: &Fixture, all: bool) -> usize {
    let mut flips = 0;
    for name in attributes(reader, &fixture.field) {
        let length = stored(&fixture.item, &name).len();
        for (at, bit) in (0..length).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            if !all && bit != at % 8 {
                continue;
            }
            let mut bytes = stored(&fixture.item, &name).to_vec();
            bytes[at] ^= 1 << bit;
            if let Some(changed) = with_bytes(&fixture.item, &name, bytes) {
                let what = format!("bit {bit} of byte {at} of `{name}` was flipped");
                refused(reader, &changed, &fixture.field, &what).await;
                flips += 1;
            }
        }
    }
    flips
}

/// The fixtures that attacks start from: small, and one of each kind of message.
fn victims(fixtures: &Fixtures, format: &str) -> Vec<Fixture> {
    let names: &[&str] = match format {
        "kms-gcm" => &["short, no context", "empty, no context"],
        "aws-esdk" => &["suite 0478", "suite 0478, unframed", "suite 0178", "suite 0014, unframed"],
        _ => &["short, key 0", "empty, key 1"],
    };
    names.iter().map(|name| fixtures.named(name).clone()).collect()
}

/// A message as a binary: base64 would make each of its bytes into more.
fn as_binary(fixture: &Fixture) -> Fixture {
    let text = fixture.item[&fixture.field].as_s().expect("text");
    let message = AttributeValue::B(Blob::new(base64::decode(text).expect("base64")));
    let mut binary = fixture.clone();
    binary.item.insert(fixture.field.clone(), message);
    binary
}

#[tokio::test]
async fn every_flipped_bit_is_refused() {
    for format in FORMATS {
        let fixtures = Fixtures::read(format);
        let reader = fixtures.reader();
        for victim in victims(&fixtures, format) {
            let victim = if format == "aws-esdk" { as_binary(&victim) } else { victim };
            let flips = flip(&*reader, &victim, true).await;
            assert!(flips >= 250, "{format}: {flips} flips");
        }
    }
    // Of base64, and of signatures, which take long to verify, a bit of each byte.
    let fixtures = Fixtures::read("aws-esdk");
    flip(&*fixtures.reader(), fixtures.named("suite 0478"), false).await;
    for signed in ["suite 0578", "suite 0378", "suite 0214, unframed"] {
        flip(&*fixtures.reader(), &as_binary(fixtures.named(signed)), false).await;
    }
}

#[tokio::test]
async fn every_truncation_and_extension_is_refused() {
    for format in FORMATS {
        let fixtures = Fixtures::read(format);
        let reader = fixtures.reader();
        let mut victims = victims(&fixtures, format);
        if format == "aws-esdk" {
            victims.extend(["suite 0578", "suite 0378"].map(|of| fixtures.named(of).clone()));
            victims = victims.iter().flat_map(|of| [of.clone(), as_binary(of)]).collect();
        }
        for victim in victims {
            for name in attributes(&*reader, &victim.field) {
                let whole = stored(&victim.item, &name).to_vec();
                for end in 0..whole.len() {
                    let cut = with_bytes(&victim.item, &name, whole[..end].to_vec()).unwrap();
                    refused(&*reader, &cut, &victim.field, &format!("`{name}` ends at {end}"))
                        .await;
                }
                for more in [&b"A"[..], b"=", b"AAAA", b"\n", b"\0", b" {}"] {
                    if format == "json-gcm" && more == b"\n" {
                        continue; // white space after JSON is JSON
                    }
                    let longer = [whole.as_slice(), more].concat();
                    let longer = with_bytes(&victim.item, &name, longer).unwrap();
                    refused(&*reader, &longer, &victim.field, &format!("`{name}` is longer")).await;
                }
                let mut without = victim.item.clone();
                without.remove(&name);
                if name == victim.field {
                    assert!(reader.open(&without, &victim.field).await.unwrap().is_none());
                } else {
                    let error =
                        refused(&*reader, &without, &victim.field, "a part is missing").await;
                    assert!(error.is_decrypt(), "{format}: damaged, not clear");
                }
            }
        }
    }
}

/// One attribute of three from another item, or two.
#[tokio::test]
async fn parts_of_two_items_do_not_open() {
    for format in ["split-gcm", "kms-gcm"] {
        let fixtures = Fixtures::read(format);
        let reader = fixtures.reader();
        let key = if format == "kms-gcm" { "no context" } else { "key 0" };
        let (a, b) =
            (fixtures.named(&format!("short, {key}")), fixtures.named(&format!("unicode, {key}")));
        let names = attributes(&*reader, &a.field);
        for chosen in 1..(1_usize << names.len()) - 1 {
            let mut mixed = a.item.clone();
            for (_, name) in names.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1) {
                mixed.insert(name.clone(), b.item[name].clone());
            }
            let error = refused(&*reader, &mixed, &a.field, &format!("mixed: {chosen:b}")).await;
            assert!(error.is_decrypt());
        }
    }
    let fixtures = Fixtures::read("json-gcm");
    let (a, b) = (fixtures.named("short, key 0"), fixtures.named("unicode, key 0"));
    let parse = |of: &Fixture| -> serde_json::Value {
        serde_json::from_str(of.item[&of.field].as_s().unwrap()).unwrap()
    };
    for member in ["iv", "encryptedData", "authTag"] {
        let mut mixed = parse(a);
        mixed[member] = parse(b)[member].clone();
        let mixed = with_bytes(&a.item, &a.field, mixed.to_string().into_bytes()).unwrap();
        assert!(refused(&*fixtures.reader(), &mixed, &a.field, member).await.is_decrypt());
    }
}

/// Messages and tokens cut at each byte, with the rest of another of the same length.
#[tokio::test]
async fn halves_of_two_messages_do_not_open() {
    for (format, names) in [
        ("aws-esdk", ["suite 0478", "suite 0178"].as_slice()),
        ("aws-esdk", &["suite 0578"]),
        ("fernet", &["short, key 0"]),
    ] {
        let fixtures = Fixtures::read(format);
        for name in names {
            let other = match *name {
                "suite 0578" => "default suite, short",
                "suite 0478" => "suite 0478, unframed",
                "suite 0178" => "suite 0178, unframed",
                _ => "rotated by MultiFernet",
            };
            let (a, b) = (fixtures.named(name), fixtures.named(other));
            let reader = fixtures.reader();
            let (first, second) = (stored(&a.item, &a.field), stored(&b.item, &b.field));
            let shortest = first.len().min(second.len());
            let step = if *name == "suite 0578" { 7 } else { 1 };
            for at in (0..shortest).step_by(step) {
                let mixed = [&first[..at], &second[at..]].concat();
                if mixed == first || mixed == second {
                    continue;
                }
                let mixed = with_bytes(&a.item, &a.field, mixed).unwrap();
                refused(&*reader, &mixed, &a.field, &format!("cut at {at}")).await;
            }
        }
    }
}

#[tokio::test]
async fn the_encryption_context_must_be_the_expected_one() {
    let fixtures = Fixtures::read("kms-gcm");
    for fixture in &fixtures.all {
        let reader = KmsGcm::new(fixtures.known.clone());
        let right = reader.clone().with_context(expected(&fixture.context, "item_id"));
        right.open(&fixture.item, &fixture.field).await.unwrap().unwrap();
        let more = expected(&fixture.context, "item_id").with("more", "than there is");
        let mut wrong = vec![reader.clone().with_context(more)];
        if fixture.context.is_empty() {
            continue;
        }
        wrong.push(reader.clone());
        // Another item's, and an attribute that is not there.
        let mut moved = fixture.item.clone();
        moved.insert("item_id".to_owned(), AttributeValue::S("user-2".to_owned()));
        refused(&right, &moved, &fixture.field, "the item is another").await;
        wrong.push(reader.with_context(expected(&fixture.context, "absent")));
        for reader in wrong {
            let error = refused(&reader, &fixture.item, &fixture.field, "another context").await;
            assert!(error.is_decrypt());
        }
    }
    let fixtures = Fixtures::read("aws-esdk");
    let in_context: Vec<_> = fixtures.all.iter().filter(|f| !f.context.is_empty()).collect();
    assert_eq!(in_context.len(), 3);
    for fixture in in_context {
        let reader = AwsEsdk::new(fixtures.known.clone());
        let right = reader.clone().with_context(expected(&fixture.context, "user_id"));
        right.open(&fixture.item, &fixture.field).await.unwrap().unwrap();
        let mut moved = fixture.item.clone();
        moved.insert("user_id".to_owned(), AttributeValue::S("user-2".to_owned()));
        refused(&right, &moved, &fixture.field, "the item is another").await;
        for wrong in [
            expected(&fixture.context, "absent"),
            expected(&fixture.context, "user_id").with("more", "than there is"),
            expected(&fixture.context, "user_id").with("purpose", "another"),
        ] {
            let reader = reader.clone().with_context(wrong);
            let error = refused(&reader, &fixture.item, &fixture.field, "another context").await;
            assert!(error.is_decrypt());
        }
    }
}
