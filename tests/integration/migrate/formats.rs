//! What the libraries of other programs wrote (tests/legacy), moved: a table a format. It never
//! encrypts in one of the formats itself.

use std::sync::Arc;

use dynacrypt::jobs::{FailureReason, Migration};
use dynacrypt::legacy::{LegacyFormat, LegacyReading};
use dynacrypt::testing::assert_absent;
use dynacrypt::{ExposeSecret, Record, Secret};

use super::{Failed, Item, Move, job, noting, s};
use crate::legacy::fixtures::{Fixture, Fixtures};

/// Whatever format the fixtures are of.
type Old = Box<dyn LegacyFormat>;

fn reading(fixtures: &Fixtures) -> LegacyReading {
    let end = std::time::SystemTime::now() + std::time::Duration::from_hours(1);
    LegacyReading::until(end).with::<Old>(fixtures.reader())
}

/// Records of one old attribute each: (name, the attribute now, what is encrypted).
macro_rules! moved {
    ($($name:ident($($encrypted:tt)*) $field:literal;)*) => {$(
        #[derive(Debug, Record)]
        #[dynacrypt(table = "moved")]
        struct $name {
            #[dynacrypt(partition_key, owner)]
            id: String,
            #[encrypted($($encrypted)*)]
            #[dynacrypt(rename = $field)]
            value: Option<Secret<Vec<u8>>>,
        }

        impl Moved for $name {
            fn value(self) -> Secret<Vec<u8>> {
                self.value.unwrap()
            }
        }
    )*};
}

trait Moved: Record + Send + Sync {
    fn value(self) -> Secret<Vec<u8>>;
}

moved! {
    InSsn(legacy = Old) "ssn";
    InSensitiveAttr(legacy = Old) "sensitiveAttr";
    InSensitiveField(legacy = Old) "sensitive_field";
    WasSsnEncrypted(legacy = Old, legacy_name = "ssn_encrypted") "ssn";
    WasSsnEnc(legacy = Old, legacy_name = "ssn_enc") "ssn";
}

fn item(fixture: &Fixture, id: &str) -> Item {
    let mut item = fixture.item.clone();
    item.insert("id".to_owned(), s(id));
    item
}

/// Moves every fixture of a format, and a damaged copy of each.
async fn all_move<R: Moved>(format: &str, removed: &[&str]) {
    let fixtures = Fixtures::read(format);
    let world = Move::new::<R>(reading(&fixtures)).await;
    for (at, fixture) in fixtures.all.iter().enumerate() {
        world.world.put_raw(item(fixture, &format!("good-{at}"))).await;
        // Of another fixture's ciphertext, the last byte or character.
        let mut bad = item(fixture, &format!("bad-{at}"));
        let field = bad.get_mut(&fixture.field).unwrap();
        damage(field);
        world.world.put_raw(bad).await;
    }
    let before = world.items::<R>().await;
    let repository = world.repository::<R>();
    let failed = Failed::default();
    let summary = noting(Migration::of(&repository), &failed).run(job()).await.unwrap();
    let count = u64::try_from(fixtures.all.len()).unwrap();
    let counts = summary.counts();
    assert_eq!((counts.sealed(), counts.failed()), (count, count), "{format}: {summary}");
    assert!(!summary.is_clean());
    assert_absent(format!("{summary} {summary:?}"), ["CANARY", "good-", "bad-"]);

    let failed = Arc::into_inner(failed).unwrap().into_inner().unwrap();
    assert!(failed.iter().all(|(id, reason)| {
        let expected = [FailureReason::Decrypt, FailureReason::NotSealed, FailureReason::NotLegacy];
        id.starts_with("bad-") && expected.contains(reason)
    }));
    let after = world.items::<R>().await;
    for (at, fixture) in fixtures.all.iter().enumerate() {
        let name = format!("{format}: {}", fixture.name);
        let (good, bad) = (format!("good-{at}"), format!("bad-{at}"));
        assert_eq!(after[&bad], before[&bad], "{name}");
        let good = &after[&good];
        for attribute in removed {
            assert!(!good.contains_key(*attribute), "{name}: {attribute} is left");
        }
        let read = world.strict().open::<R>(good.clone()).await.unwrap();
        assert_eq!(*read.value().expose_secret(), fixture.plaintext, "{name}");
        // Whatever is neither the field's nor the format's stays.
        for (attribute, value) in &fixture.item {
            if !removed.contains(&attribute.as_str()) && *attribute != fixture.field {
                assert_eq!(good[attribute], *value, "{name}: {attribute}");
            }
        }
    }
    let again = Migration::of(&repository).run(job()).await.unwrap();
    assert_eq!((again.counts().settled(), again.counts().failed()), (count, count), "{again}");
}

/// Flips bits within what the format authenticates, and leaves its shape.
fn damage(value: &mut aws_sdk_dynamodb::types::AttributeValue) {
    use aws_sdk_dynamodb::primitives::Blob;
    use aws_sdk_dynamodb::types::AttributeValue;
    match value {
        AttributeValue::B(blob) => {
            let mut bytes = blob.as_ref().to_vec();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            *value = AttributeValue::B(Blob::new(bytes));
        }
        AttributeValue::S(text) => {
            // A character in the middle, for one that is as good there.
            let middle = text.len() / 2;
            let at = (middle..text.len())
                .find(|at| text.as_bytes()[*at].is_ascii_lowercase())
                .unwrap_or(0);
            let other = if text.as_bytes().get(at) == Some(&b'b') { "c" } else { "b" };
            if text.is_empty() {
                text.push_str("bbbb");
            } else {
                text.replace_range(at..=at, other);
            }
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn json_gcm_moves() {
    all_move::<InSsn>("json-gcm", &[]).await;
}

#[tokio::test]
async fn split_gcm_moves() {
    all_move::<InSensitiveAttr>("split-gcm", &["iv", "tag"]).await;
}

#[tokio::test]
async fn kms_gcm_moves() {
    all_move::<InSensitiveField>("kms-gcm", &["encrypted_key", "nonce"]).await;
}

#[tokio::test]
async fn aws_esdk_moves() {
    all_move::<WasSsnEncrypted>("aws-esdk", &["ssn_encrypted"]).await;
}

#[tokio::test]
async fn fernet_moves() {
    all_move::<WasSsnEnc>("fernet", &["ssn_enc"]).await;
}
