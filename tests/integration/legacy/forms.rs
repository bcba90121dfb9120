//! Sealed, legacy, clear and absent are told apart, by shape alone. It never lets a reader guess.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::legacy::{
    AwsEsdk, Companion, Item, JsonGcm, KmsGcm, LegacyFormat, SplitGcm, StoredForm,
};
use dynacrypt::{ErrorKind, LocalKeyProvider, Sealer};

use super::fixtures::{FORMATS, Fixtures, refused};
use crate::world::profile;

fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn b(bytes: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

#[tokio::test]
async fn absent_and_null_are_nothing() {
    for format in FORMATS {
        let fixtures = Fixtures::read(format);
        let reader = fixtures.reader();
        let fixture = &fixtures.all[0];
        for value in [None, Some(AttributeValue::Null(true))] {
            // What stands beside it stays: a field can be removed alone.
            let mut item = fixture.item.clone();
            item.remove(&fixture.field);
            item.extend(value.map(|value| (fixture.field.clone(), value)));
            assert_eq!(reader.recognize(&item, &fixture.field), StoredForm::Absent);
            assert!(reader.open(&item, &fixture.field).await.unwrap().is_none());
        }
    }
}

#[tokio::test]
async fn clear_text_is_never_opened() {
    let clear = [
        s(""),
        s("CANARY-ssn-078-05-1120"),
        s("gAAAA"),
        s("AgV3AAAA"),
        s("AYAFeAAA"),
        s("{}"),
        s("{\"iv\":\"CANARY\"}"),
        s("[\"iv\",\"encryptedData\",\"authTag\"]"),
        s(r#"{"iv":1,"encryptedData":"","authTag":""}"#),
        s(r#"{"iv":"","iv":"","encryptedData":"","authTag":""}"#),
        s(r#"{"iv":"","encryptedData":"","authTag":""} "x""#),
        s(format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000))),
        s(format!("{{\"a\":{}", "[".repeat(100_000))),
        AttributeValue::N("78051120".to_owned()),
        AttributeValue::Bool(true),
        AttributeValue::Ss(vec!["gAAAAA".to_owned()]),
        AttributeValue::L(vec![s("gAAAAA")]),
        AttributeValue::M([("S".to_owned(), s("gAAAAA"))].into()),
        b([]),
        b(*b"CANARY-ssn-078-05-1120"),
        b([0xDC, 1]),
        b([0xDC; 100]),
    ];
    for format in FORMATS {
        let reader = Fixtures::read(format).reader();
        for value in &clear {
            let item: Item = [("field".to_owned(), value.clone())].into();
            assert_eq!(reader.recognize(&item, "field"), StoredForm::Other, "{format}");
            let error = refused(&*reader, &item, "field", "it is clear").await;
            assert!(error.is_not_legacy() && error.kind() == ErrorKind::NotLegacy);
        }
    }
}

/// What is longer than an item did not come from a table; it is not decoded, nor allocated for.
#[tokio::test]
async fn what_is_too_long_is_not_looked_at() {
    for (format, start) in [
        ("json-gcm", r#"{"iv":"","authTag":"","encryptedData":""#),
        ("split-gcm", ""),
        ("aws-esdk", "AgV4AAAA"),
        ("fernet", "gAAAAABn"),
    ] {
        let reader = Fixtures::read(format).reader();
        for (length, form) in
            [(400 * 1024, StoredForm::Legacy), (400 * 1024 + 1, StoredForm::Other)]
        {
            let end = if format == "json-gcm" { "\"}" } else { "" };
            let filler = "A".repeat(length - start.len() - end.len());
            let mut item: Item = [("field".to_owned(), s(format!("{start}{filler}{end}")))].into();
            item.insert("iv".to_owned(), s("A".repeat(length)));
            assert_eq!(reader.recognize(&item, "field"), form, "{format}");
            refused(&*reader, &item, "field", "it is too long").await;
        }
    }
    let reader = Fixtures::read("kms-gcm").reader();
    for length in [0, 15, 16, 400 * 1024, 400 * 1024 + 1] {
        for wrapped in [0, 6144, 6145] {
            let item: Item = [
                ("field".to_owned(), b(vec![0; length])),
                ("encrypted_key".to_owned(), b(vec![0; wrapped])),
                ("nonce".to_owned(), b([0; 12])),
            ]
            .into();
            refused(&*reader, &item, "field", "nothing is right").await;
        }
    }
}

#[tokio::test]
async fn what_this_crate_sealed_is_sealed() {
    let sealer = Sealer::new(LocalKeyProvider::generate().unwrap());
    let sealed = sealer.seal(&profile("alice")).await.unwrap().into_item();
    // A self-contained field of the vectors: bytes that begin DC 02.
    let vectors = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/v1.json"));
    let vectors: serde_json::Value = serde_json::from_slice(&vectors.unwrap()).unwrap();
    let own = vectors["vectors"].as_array().or(vectors.as_array()).unwrap().iter();
    let own = own
        .filter(|vector| vector["expected"] == "ok")
        .flat_map(|vector| vector["item"].as_object().unwrap().values())
        .filter_map(|value| value["B"].as_str())
        .map(|text| aws_smithy_types::base64::decode(text).unwrap())
        .find(|bytes| bytes.starts_with(&[0xDC, 2]))
        .expect("a self-contained field");
    for format in FORMATS {
        let fixtures = Fixtures::read(format);
        let reader = fixtures.reader();
        let fixture = &fixtures.all[0];
        // The companions are still there.
        let mut item = fixture.item.clone();
        item.insert(fixture.field.clone(), sealed["ssn"].clone());
        item.insert("_dc".to_owned(), sealed["_dc"].clone());
        assert_eq!(reader.recognize(&item, &fixture.field), StoredForm::Sealed, "{format}");
        refused(&*reader, &item, &fixture.field, "it is sealed").await;
        item.insert(fixture.field.clone(), b(own.clone()));
        assert_eq!(reader.recognize(&item, &fixture.field), StoredForm::Sealed, "{format}");
        item.remove("_dc");
        assert_eq!(reader.recognize(&item, &fixture.field), StoredForm::Sealed, "{format}");
    }
    // Random ciphertext may begin as a sealed field does: without a header it is legacy.
    let fixtures = Fixtures::read("kms-gcm");
    let mut item = fixtures.all[0].item.clone();
    item.insert(fixtures.all[0].field.clone(), b([&[0xDC, 1], &[7; 40][..]].concat()));
    for header in [None, Some(b([0xDC, 0, 1])), Some(s("x"))] {
        item.remove("_dc");
        item.extend(header.map(|header| ("_dc".to_owned(), header)));
        let form = fixtures.reader().recognize(&item, &fixtures.all[0].field);
        assert_eq!(form, StoredForm::Legacy);
    }
}

#[tokio::test]
async fn names_are_the_callers() {
    let fixtures = Fixtures::read("split-gcm");
    let fixture = &fixtures.all[0];
    let mut item = fixture.item.clone();
    for (from, to) in [("sensitiveAttr", "ssn"), ("iv", "ssn_iv"), ("tag", "tag_of_ssn")] {
        let value = item.remove(from).unwrap();
        item.insert(to.to_owned(), value);
    }
    let reader = SplitGcm::new(fixtures.keys[0].clone());
    assert_eq!(reader.companions("ssn"), ["iv", "tag"]);
    assert_eq!(reader.recognize(&item, "ssn"), StoredForm::Other);
    let reader = reader.with_attributes(Companion::suffixed("_iv"), Companion::prefixed("tag_of_"));
    assert_eq!(reader.companions("ssn"), ["ssn_iv", "tag_of_ssn"]);
    reader.open(&item, "ssn").await.unwrap().unwrap();

    let fixtures = Fixtures::read("kms-gcm");
    let mut item = fixtures.all[0].item.clone();
    for (from, to) in [("sensitive_field", "ssn"), ("encrypted_key", "k"), ("nonce", "n")] {
        let value = item.remove(from).unwrap();
        item.insert(to.to_owned(), value);
    }
    let reader = KmsGcm::new(fixtures.known.clone())
        .with_attributes(Companion::named("k"), Companion::named("n"));
    reader.open(&item, "ssn").await.unwrap().unwrap();

    // The Koa article's own payload, kept as JSON: other member names, and one more.
    let fixtures = Fixtures::read("json-gcm");
    let fixture = &fixtures.all[0];
    let text = fixture.item[&fixture.field].as_s().unwrap();
    let text = text.replace("\"authTag\"", "\"tag\"").replace('{', "{\"v\":[1,{\"iv\":2}],");
    let item: Item = [("field".to_owned(), s(text))].into();
    let reader = JsonGcm::new(fixtures.keys[0].clone());
    assert_eq!(reader.recognize(&item, "field"), StoredForm::Other);
    let reader = reader.with_members("iv", "encryptedData", "tag");
    reader.open(&item, "field").await.unwrap().unwrap();
}

#[tokio::test]
async fn messages_without_commitment_can_be_refused() {
    let fixtures = Fixtures::read("aws-esdk");
    let reader = AwsEsdk::new(fixtures.known.clone()).committing_only();
    for fixture in &fixtures.all {
        let is_committing = matches!(fixture.suite.as_str(), "0478" | "0578");
        if is_committing {
            reader.open(&fixture.item, &fixture.field).await.unwrap().unwrap();
        } else {
            let error = refused(&reader, &fixture.item, &fixture.field, "no commitment").await;
            assert!(error.is_not_legacy(), "{}", fixture.name);
        }
    }
}
