//! Fields as other programs encrypted them, told by shape alone. It has no key, opens nothing, and
//! takes clear text for ciphertext at most where a nonce and a tag stand beside it.

use aws_sdk_dynamodb::types::AttributeValue;
use base64ct::{Base64, Base64Url, Encoding};
use serde_json::{Map, Value};

use crate::record::Attributes;

/// Longer than an item can be.
const MAX_LEN: usize = 400 * 1024;
/// What every Fernet token begins with: its version, and a time before the year 2106.
const FERNET: &str = "gAAAAA";
/// Version, time, iv, one block, tag.
const MIN_FERNET: usize = 1 + 8 + 16 + 16 + 32;
/// Suites of the AWS Encryption SDK, by message format.
const SUITES_1: [u16; 9] = [0x0014, 0x0046, 0x0078, 0x0114, 0x0146, 0x0178, 0x0214, 0x0346, 0x0378];
const SUITES_2: [u16; 2] = [0x0478, 0x0578];
/// A message is longer than this, whatever is in it.
const MIN_MESSAGE: usize = 64;
/// Shorter base64 is a word as often as not, unless it is padded.
const MIN_BASE64: usize = 24;

/// What a companion holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// 12 bytes for GCM; 16 in much of what people wrote.
    Nonce,
    Tag,
    Wrapped,
}

/// Names of companions, whole or after a field's name and `_`, or in camel case.
const COMPANIONS: [(&str, Part); 8] = [
    ("iv", Part::Nonce),
    ("nonce", Part::Nonce),
    ("tag", Part::Tag),
    ("authtag", Part::Tag),
    ("encryptedkey", Part::Wrapped),
    ("encrypteddatakey", Part::Wrapped),
    ("wrappedkey", Part::Wrapped),
    ("datakey", Part::Wrapped),
];

/// The legacy format that an attribute looks like, in words. `must_be_secret`: it is known that the
/// attribute should not be in the clear, so that less is needed to take it for ciphertext.
pub(super) fn form(
    item: &Attributes,
    name: &str,
    value: &AttributeValue,
    must_be_secret: bool,
) -> Option<&'static str> {
    match value {
        AttributeValue::S(text) if text.len() <= MAX_LEN => {
            if is_fernet(text) {
                return Some("as Fernet token");
            }
            if is_json_gcm(text) {
                return Some("as AES-GCM in JSON");
            }
            if is_message_text(text) {
                return Some("as AWS Encryption SDK message in base64");
            }
            let is_base64 = must_be_secret || text.len() >= MIN_BASE64 || text.ends_with('=');
            let beside = |part| companion(item, name, part, AttributeValue::is_s);
            (is_base64
                && part_of(name).is_none()
                && Base64::decode_vec(text).is_ok()
                && beside(Part::Nonce)
                && beside(Part::Tag))
            .then_some("as AES-GCM with its iv and tag beside it")
        }
        AttributeValue::B(blob) if blob.as_ref().len() <= MAX_LEN => {
            let bytes = blob.as_ref();
            if std::str::from_utf8(bytes).is_ok_and(is_fernet) {
                return Some("as Fernet token");
            }
            if bytes.len() >= MIN_MESSAGE && begins_message(bytes) {
                return Some("as AWS Encryption SDK message");
            }
            let beside = |part| companion(item, name, part, AttributeValue::is_b);
            (bytes.len() >= 16
                && part_of(name).is_none()
                && beside(Part::Nonce)
                && beside(Part::Wrapped))
            .then_some("as AES-GCM with its nonce and wrapped key beside it")
        }
        _ => None,
    }
}

/// Whether an attribute is what stands beside a legacy field: by its name, and by its length.
pub(super) fn is_companion(item: &Attributes, name: &str, value: &AttributeValue) -> bool {
    let Some((stem, part)) = part_of(name) else { return false };
    let beside = stem.is_empty() || item.keys().any(|other| plain(other) == stem);
    beside && is_part(value, part)
}

/// Whether the item has such a companion of the field.
fn companion(
    item: &Attributes,
    field: &str,
    part: Part,
    of_type: fn(&AttributeValue) -> bool,
) -> bool {
    let field = plain(field);
    item.iter().any(|(name, value)| {
        part_of(name)
            .is_some_and(|(stem, found)| found == part && (stem.is_empty() || stem == field))
            && of_type(value)
            && is_part(value, part)
    })
}

/// What a name says that it is a part of, and which part.
fn part_of(name: &str) -> Option<(String, Part)> {
    if name.len() > 255 {
        return None;
    }
    let plain = plain(name);
    let ends = COMPANIONS
        .iter()
        .filter_map(|(end, part)| plain.strip_suffix(end).map(|stem| (stem.to_owned(), *part)));
    // The longest end: `x_auth_tag` is the tag of `x`.
    ends.min_by_key(|(stem, _)| stem.len())
}

fn is_part(value: &AttributeValue, part: Part) -> bool {
    let fits = |len: usize| match part {
        Part::Nonce => matches!(len, 12 | 16),
        Part::Tag => len == 16,
        Part::Wrapped => (32..=6144).contains(&len),
    };
    match value {
        AttributeValue::B(blob) => fits(blob.as_ref().len()),
        AttributeValue::S(text) if text.len() <= 2 * 6144 => {
            Base64::decode_vec(text).is_ok_and(|bytes| fits(bytes.len()))
        }
        _ => false,
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_fernet(text: &str) -> bool {
    text.starts_with(FERNET)
        && Base64Url::decode_vec(text)
            .is_ok_and(|token| token.len() >= MIN_FERNET && (token.len() - 57).is_multiple_of(16))
}

fn is_json_gcm(text: &str) -> bool {
    if !text.trim_start().starts_with('{') {
        return false;
    }
    let Ok(members) = serde_json::from_str::<Map<String, Value>>(text) else { return false };
    let has = |names: &[&str]| {
        members.iter().any(|(name, value)| {
            names.contains(&plain(name).as_str())
                && value.as_str().is_some_and(|text| Base64::decode_vec(text).is_ok())
        })
    };
    has(&["iv", "nonce"])
        && has(&["tag", "authtag"])
        && has(&["encrypteddata", "ciphertext", "encrypted", "data", "content"])
}

fn is_message_text(text: &str) -> bool {
    let mut start = [0; 6];
    text.len() >= MIN_MESSAGE / 3 * 4
        && text.get(..8).is_some_and(|head| Base64::decode(head, &mut start).is_ok())
        && begins_message(&start)
        && Base64::decode_vec(text).is_ok()
}

fn begins_message(bytes: &[u8]) -> bool {
    match *bytes {
        [1, 0x80, high, low, ..] => SUITES_1.contains(&u16::from_be_bytes([high, low])),
        [2, high, low, ..] => SUITES_2.contains(&u16::from_be_bytes([high, low])),
        _ => false,
    }
}
