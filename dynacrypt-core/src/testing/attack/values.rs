//! Attacks on the values and types of attributes. They never give a value that equals the one
//! attacked.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64ct::{Base64, Encoding};

use super::{Item, Tampered, attributes};

/// The item with each string, number and boolean changed to others of its type, one at a time:
/// longer, shorter, other case, negated, next number, the opposite. A string key becomes another
/// key.
pub fn value_changes(item: &Item) -> impl Iterator<Item = Tampered> + '_ {
    attributes(item).into_iter().flat_map(move |(name, value)| {
        changed(value)
            .into_iter()
            .filter(move |(_, new)| new != value)
            .map(move |(what, new)| Tampered::set(item, name, new, what))
    })
}

fn changed(value: &AttributeValue) -> Vec<(&'static str, AttributeValue)> {
    let string = AttributeValue::S;
    match value {
        AttributeValue::S(text) => {
            let mut shorter = text.clone();
            shorter.pop();
            let other_case = text.chars().map(|c| {
                if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
            });
            vec![
                ("a character added", string(format!("{text}x"))),
                ("a space added", string(format!("{text} "))),
                ("a NUL added", string(format!("{text}\0"))),
                ("the last character removed", string(shorter)),
                ("emptied", string(String::new())),
                ("its case changed", string(other_case.collect())),
            ]
        }
        AttributeValue::N(number) => vec![
            ("negated", AttributeValue::N(negated(number))),
            ("set to 0", AttributeValue::N("0".to_owned())),
            ("set to 1", AttributeValue::N("1".to_owned())),
            ("made ten times as large", AttributeValue::N(times_ten(number))),
        ],
        AttributeValue::Bool(value) => vec![("negated", AttributeValue::Bool(!value))],
        _ => Vec::new(),
    }
}

fn negated(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(positive) => positive.to_owned(),
        // DynamoDB stores no negative zero.
        None if number.bytes().all(|byte| matches!(byte, b'0' | b'.')) => "-1".to_owned(),
        None => format!("-{number}"),
    }
}

/// Of integers; a number with a fraction is set to ten.
fn times_ten(number: &str) -> String {
    let is_integer = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    // DynamoDB keeps 38 digits.
    if is_integer && number.len() < 38 { format!("{number}0") } else { "10".to_owned() }
}

/// The item with each attribute given other types, one at a time: a binary as string (base64, and
/// empty), set, list, map, NULL; a string as binary, and as what it may look like; and so on.
pub fn type_changes(item: &Item) -> impl Iterator<Item = Tampered> + '_ {
    attributes(item).into_iter().flat_map(move |(name, value)| {
        retyped(value)
            .into_iter()
            .filter(move |(_, new)| new != value)
            .map(move |(what, new)| Tampered::set(item, name, new, what))
    })
}

fn retyped(value: &AttributeValue) -> Vec<(&'static str, AttributeValue)> {
    let mut variants = vec![
        ("replaced by NULL", AttributeValue::Null(true)),
        ("replaced by false", AttributeValue::Bool(false)),
        ("put into a list", AttributeValue::L(vec![value.clone()])),
        ("put into a map", AttributeValue::M(Item::from([("value".to_owned(), value.clone())]))),
        ("replaced by an empty list", AttributeValue::L(Vec::new())),
        ("replaced by an empty map", AttributeValue::M(Item::new())),
    ];
    match value {
        AttributeValue::B(blob) => variants.extend([
            (
                "turned into a base64 string",
                AttributeValue::S(Base64::encode_string(blob.as_ref())),
            ),
            (
                "turned into a string of its bytes",
                AttributeValue::S(String::from_utf8_lossy(blob.as_ref()).into_owned()),
            ),
            ("replaced by an empty string", AttributeValue::S(String::new())),
            ("replaced by a number", AttributeValue::N("0".to_owned())),
            ("put into a binary set", AttributeValue::Bs(vec![blob.clone()])),
        ]),
        AttributeValue::S(text) => variants.extend([
            ("turned into binary", AttributeValue::B(Blob::new(text.as_bytes()))),
            ("put into a string set", AttributeValue::Ss(vec![text.clone()])),
            ("replaced by a number", AttributeValue::N("0".to_owned())),
        ]),
        AttributeValue::N(number) => variants.extend([
            ("turned into a string", AttributeValue::S(number.clone())),
            ("turned into binary", AttributeValue::B(Blob::new(number.as_bytes()))),
            ("put into a number set", AttributeValue::Ns(vec![number.clone()])),
        ]),
        AttributeValue::Bool(value) => variants.extend([
            ("turned into a string", AttributeValue::S(value.to_string())),
            ("turned into a number", AttributeValue::N(u8::from(*value).to_string())),
        ]),
        _ => variants.push(("replaced by an empty string", AttributeValue::S(String::new()))),
    }
    variants
}
