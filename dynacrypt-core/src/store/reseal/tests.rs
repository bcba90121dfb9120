//! What a migration writes, and under which condition, as text. It never calls a database.

use aws_sdk_dynamodb::primitives::Blob;

use super::*;
use crate::context::ScalarType;
use crate::record::{ItemReader, ItemWriter, NoSortKey};

struct Thing;

impl Record for Thing {
    type PartitionKey = String;
    type SortKey = NoSortKey;
    type Columns = ();
    type Indexes = ();
    const SCHEMA: &'static Schema = &Schema::new(
        "Thing",
        "things",
        &[
            FieldSpec::new("id", FieldKind::PartitionKey(ScalarType::S)),
            FieldSpec::new("clear", FieldKind::Clear),
            FieldSpec::new("bound", FieldKind::Authenticated),
            FieldSpec::new("kind", FieldKind::Entity("thing")),
            FieldSpec::new("secret", FieldKind::Encrypted),
            FieldSpec::new("gone", FieldKind::Encrypted),
        ],
        false,
    );

    fn columns() {}

    fn indexes() {}

    fn write(&self, _: &mut ItemWriter) -> Result<()> {
        Ok(())
    }

    fn read(_: &mut ItemReader) -> Result<Self> {
        Ok(Self)
    }
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Attributes {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn read() -> Attributes {
    item([
        ("id", s("1")),
        ("clear", s("now")),
        ("bound", AttributeValue::N("1.0".to_owned())),
        ("secret", s("in the clear")),
        ("gone", AttributeValue::Null(true)),
        ("old nonce) OR (x", s("nonce")),
        ("unknown", s("stays")),
    ])
}

fn sealed() -> Attributes {
    item([
        ("id", s("1")),
        ("clear", s("then")),
        ("bound", AttributeValue::N("1".to_owned())),
        ("kind", s("thing")),
        ("secret", b(b"sealed")),
        ("_dc", b(b"header")),
    ])
}

fn old() -> Vec<String> {
    // A companion that goes by a field's name belongs to the field.
    ["old nonce) OR (x", "old_tag", "clear", "id", "_dc"].map(str::to_owned).to_vec()
}

/// A text with names and values in the place of placeholders.
fn spelled(text: &str, write: &Reseal) -> String {
    let mut text = text.to_owned();
    let by_length = |keys: Vec<&String>| {
        let mut keys = keys;
        keys.sort_by_key(|key| std::cmp::Reverse(key.len()));
        keys.into_iter().cloned().collect::<Vec<_>>()
    };
    let (names, values) = (write.names.clone().unwrap(), write.values.clone().unwrap());
    for key in by_length(names.keys().collect()) {
        text = text.replace(&key, &format!("<{}>", names[&key]));
    }
    for key in by_length(values.keys().collect()) {
        let value = match &values[&key] {
            AttributeValue::S(text) | AttributeValue::N(text) => text.clone(),
            AttributeValue::B(blob) => String::from_utf8_lossy(blob.as_ref()).into_owned(),
            _ => "NULL".to_owned(),
        };
        text = text.replace(&key, &format!("'{value}'"));
    }
    text
}

#[test]
fn it_replaces_what_is_sealed_or_missing_and_demands_what_was_read() {
    let write = Reseal::new::<Thing>(&read(), Sealed::assemble(sealed()), &old()).unwrap();
    assert_eq!(
        spelled(&write.update, &write),
        "SET <kind> = 'thing', <secret> = 'sealed', <_dc> = 'header' REMOVE <gone>, <old nonce) OR (x>"
    );
    assert_eq!(
        spelled(&write.condition, &write),
        "<bound> = '1.0' AND attribute_not_exists(<kind>) AND <secret> = 'in the clear' AND \
         <gone> = 'NULL' AND attribute_not_exists(<_dc>) AND <old nonce) OR (x> = 'nonce' AND \
         attribute_not_exists(<old_tag>) AND attribute_exists(<id>)"
    );
    // Nothing but placeholders is in the texts.
    assert!(!write.update.contains("nonce") && !write.condition.contains("nonce"));
    let after = item([
        ("id", s("1")),
        ("clear", s("now")),
        ("bound", AttributeValue::N("1.0".to_owned())),
        ("kind", s("thing")),
        ("secret", b(b"sealed")),
        ("_dc", b(b"header")),
        ("unknown", s("stays")),
    ]);
    assert_eq!(*write.after(), after);
    assert!(write.made(&after) && !write.made(&read()));
}

#[test]
fn a_header_that_was_read_must_still_be_there() {
    let mut read = read();
    read.insert("_dc".to_owned(), b(b"before"));
    let write = Reseal::new::<Thing>(&read, Sealed::assemble(sealed()), &[]).unwrap();
    let condition = spelled(&write.condition, &write);
    assert!(condition.contains("<_dc> = 'before'"), "{condition}");
}

#[test]
fn what_dynamodb_would_not_take_is_not_sent() {
    let many: Vec<String> = (0..200).map(|at| format!("companion-{at}")).collect();
    let refused = |read: Attributes, sealed: Attributes, old: &[String]| {
        Reseal::new::<Thing>(&read, Sealed::assemble(sealed), old).map(|_| ()).unwrap_err()
    };
    assert!(refused(read(), sealed(), &many).is_invalid_record());
    assert!(Reseal::new::<Thing>(&read(), Sealed::assemble(sealed()), &many[..100]).is_ok());
    let mut large = read();
    large.insert("unknown".to_owned(), s(&"x".repeat(400 * 1024)));
    assert!(refused(large, sealed(), &[]).is_item_too_large());
    let mut other = sealed();
    other.insert("id".to_owned(), s("2"));
    assert!(refused(read(), other, &[]).is_invalid_record());
    let mut none = read();
    none.remove("id");
    assert_eq!(refused(none, sealed(), &[]).kind(), ErrorKind::Service);
}
