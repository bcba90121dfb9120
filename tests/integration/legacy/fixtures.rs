//! The fixtures of tests/legacy, or fresh ones in the folder that `DYNACRYPT_TEST_LEGACY` names;
//! their readers; and an unwrapper that knows the recorded data keys. It never calls a KMS.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::base64;
use dynacrypt::keys::BoxFuture;
use dynacrypt::legacy::{
    AwsEsdk, EncryptionContext, ExpectedContext, Fernet, Item, JsonGcm, KeyEncoding, KmsGcm,
    LegacyFormat, LegacyKey, SplitGcm, StoredForm, UnwrapDataKey,
};
use dynacrypt::{Error, ErrorKind, Secret};
use serde_json::Value;

pub(crate) const FORMATS: [&str; 5] = ["json-gcm", "split-gcm", "kms-gcm", "aws-esdk", "fernet"];

/// Where fresh fixtures are, if there are any.
pub(crate) fn fresh() -> Option<PathBuf> {
    std::env::var_os("DYNACRYPT_TEST_LEGACY").map(PathBuf::from)
}

#[derive(Clone)]
pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) field: String,
    pub(crate) key: usize,
    pub(crate) item: Item,
    pub(crate) context: EncryptionContext,
    pub(crate) suite: String,
    pub(crate) plaintext: Vec<u8>,
}

pub(crate) struct Fixtures {
    format: String,
    pub(crate) made_by: String,
    pub(crate) keys: Vec<LegacyKey>,
    pub(crate) arns: Vec<String>,
    pub(crate) known: Recorded,
    pub(crate) all: Vec<Fixture>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn bytes(value: &Value) -> Vec<u8> {
    base64::decode(text(value)).expect("base64")
}

fn context(value: &Value) -> EncryptionContext {
    let pairs = value.as_object().into_iter().flatten();
    pairs.map(|(key, value)| (key.clone(), text(value))).collect()
}

fn item(value: &Value) -> Item {
    let attribute = |value: &Value| match value.as_object().and_then(|of| of.iter().next()) {
        Some((kind, value)) if kind == "S" => AttributeValue::S(text(value)),
        Some((kind, value)) if kind == "B" => AttributeValue::B(Blob::new(bytes(value))),
        other => panic!("an attribute: {other:?}"),
    };
    let of = value.as_object().expect("an item");
    of.iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

impl Fixtures {
    pub(crate) fn read(format: &str) -> Self {
        let folder =
            fresh().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/legacy"));
        let file = std::fs::read(folder.join(format!("{format}.json"))).expect("fixtures");
        let all: Value = serde_json::from_slice(&file).expect("json");
        let encoding = match text(&all["encoding"]).as_str() {
            "hex" => KeyEncoding::Hex,
            _ => KeyEncoding::Base64,
        };
        let key =
            |key: &Value| LegacyKey::from_text(text(key).as_bytes(), encoding).expect("a key");
        let known = list(&all["data_keys"]).map(|key| {
            let known = (text(&key["arn"]), context(&key["context"]), bytes(&key["plain"]));
            (bytes(&key["wrapped"]), known)
        });
        let arns: Vec<String> = list(&all["arns"]).map(text).collect();
        Self {
            format: text(&all["format"]),
            made_by: text(&all["made_by"]),
            keys: list(&all["keys"]).map(key).collect(),
            known: Recorded { known: known.collect(), allowed: arns.clone(), answer: None },
            arns,
            all: list(&all["fixtures"])
                .map(|fixture| Fixture {
                    name: text(&fixture["name"]),
                    field: text(&fixture["field"]),
                    key: fixture["key"].as_u64().unwrap_or(0).try_into().expect("small"),
                    item: item(&fixture["item"]),
                    context: context(&fixture["context"]),
                    suite: text(&fixture["suite"]),
                    plaintext: bytes(&fixture["plaintext"]),
                })
                .collect(),
        }
    }

    pub(crate) fn named(&self, name: &str) -> &Fixture {
        self.all.iter().find(|fixture| fixture.name == name).unwrap_or_else(|| panic!("no {name}"))
    }

    /// A reader with all keys. That of `kms-gcm` does not look at contexts: see `Lenient`.
    pub(crate) fn reader(&self) -> Box<dyn LegacyFormat> {
        let numbers: Vec<usize> = (0..self.keys.len()).collect();
        self.reader_with_keys(&numbers)
    }

    pub(crate) fn reader_with_keys(&self, numbers: &[usize]) -> Box<dyn LegacyFormat> {
        let keys: Vec<LegacyKey> =
            numbers.iter().map(|number| self.keys[*number].clone()).collect();
        self.build(&keys, self.known.clone())
    }

    /// A reader that has none of the keys.
    pub(crate) fn stranger(&self) -> Box<dyn LegacyFormat> {
        let key = LegacyKey::from_bytes(&mut [9; 32]).expect("a key");
        self.build(&[key], Recorded::default())
    }

    fn build(&self, keys: &[LegacyKey], unwrapper: Recorded) -> Box<dyn LegacyFormat> {
        match (self.format.as_str(), keys) {
            ("json-gcm", [first, rest @ ..]) => Box::new(
                rest.iter().cloned().fold(JsonGcm::new(first.clone()), JsonGcm::with_previous),
            ),
            ("split-gcm", [first, rest @ ..]) => Box::new(
                rest.iter().cloned().fold(SplitGcm::new(first.clone()), SplitGcm::with_previous),
            ),
            ("fernet", [first, rest @ ..]) => Box::new(
                rest.iter().cloned().fold(Fernet::new(first.clone()), Fernet::with_previous),
            ),
            ("kms-gcm", _) => Box::new(KmsGcm::new(Lenient(unwrapper))),
            ("aws-esdk", _) => Box::new(AwsEsdk::new(unwrapper)),
            (other, _) => panic!("{other} with {} keys", keys.len()),
        }
    }
}

/// The context of a fixture, as a caller would state it: the user from the item, the rest fixed.
pub(crate) fn expected(context: &EncryptionContext, user: &'static str) -> ExpectedContext {
    context.iter().fold(ExpectedContext::new(), |expected, (key, value)| {
        if key == "user" {
            expected.with_attribute("user", user)
        } else {
            expected.with(key.clone(), value.clone())
        }
    })
}

type Known = (String, EncryptionContext, Vec<u8>);

/// Unwraps what the KMS wrapped when the fixtures were made, and checks what that would check.
#[derive(Clone, Default)]
pub(crate) struct Recorded {
    known: BTreeMap<Vec<u8>, Known>,
    pub(crate) allowed: Vec<String>,
    /// What it answers in place of an unknown key.
    pub(crate) answer: Option<ErrorKind>,
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorded(..)")
    }
}

impl Recorded {
    fn find(
        &self,
        named: Option<&str>,
        wrapped: &[u8],
        context: Option<&EncryptionContext>,
    ) -> Result<Secret<Vec<u8>>, Error> {
        let known = self.known.get(wrapped).filter(|(arn, bound, _)| {
            self.allowed.contains(arn)
                && named.is_none_or(|named| named == arn)
                && context.is_none_or(|context| context == bound)
        });
        known
            .map(|(_, _, key)| Secret::new(key.clone()))
            .ok_or_else(|| Error::new(self.answer.unwrap_or(ErrorKind::Decrypt)))
    }
}

impl UnwrapDataKey for Recorded {
    fn unwrap_data_key<'a>(
        &'a self,
        named: Option<&'a str>,
        wrapped: &'a [u8],
        context: &'a EncryptionContext,
    ) -> BoxFuture<'a, Result<Secret<Vec<u8>>, Error>> {
        Box::pin(std::future::ready(self.find(named, wrapped, Some(context))))
    }
}

/// Does not look at the context, for tests that are about something else.
#[derive(Debug)]
struct Lenient(Recorded);

impl UnwrapDataKey for Lenient {
    fn unwrap_data_key<'a>(
        &'a self,
        named: Option<&'a str>,
        wrapped: &'a [u8],
        _: &'a EncryptionContext,
    ) -> BoxFuture<'a, Result<Secret<Vec<u8>>, Error>> {
        Box::pin(std::future::ready(self.0.find(named, wrapped, None)))
    }
}

/// What a reader answers to an item that it must refuse; checks that the answer keeps to the table
/// of `LegacyFormat` and tells nothing.
pub(crate) async fn refused(
    reader: &dyn LegacyFormat,
    item: &Item,
    field: &str,
    what: &str,
) -> Error {
    let form = reader.recognize(item, field);
    let Err(error) = reader.open(item, field).await else {
        panic!("{}: opened although {what}", reader.name());
    };
    match form {
        StoredForm::Legacy => assert!(!error.is_not_legacy(), "{}: {what}", reader.name()),
        StoredForm::Sealed | StoredForm::Other => {
            assert!(error.is_not_legacy(), "{}: {what}: {error}", reader.name());
        }
        StoredForm::Absent => panic!("{}: an error for nothing: {what}", reader.name()),
    }
    if error.is_decrypt() {
        assert_eq!(error.to_string(), "item could not be opened", "no reason is given");
        assert!(std::error::Error::source(&error).is_none());
    }
    let shown = format!("{error:?} {error} {reader:?}");
    assert!(!shown.contains("CANARY"), "a value is shown");
    error
}
