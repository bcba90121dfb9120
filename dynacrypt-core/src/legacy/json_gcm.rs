//! AES-256-GCM in a JSON text, as the Restify article has it. It never writes one.

use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;

use self::members::Members;
use super::attributes::own;
use super::gcm::open_base64;
use super::{Found, Item, LegacyFormat, LegacyKey, LegacyPlaintext, StoredForm, refused, settle};
use crate::error::Result;
use crate::keys::BoxFuture;

mod members;

/// One S: the JSON text `{"iv":…,"encryptedData":…,"authTag":…}`, each in base64; AES-256-GCM with
/// an iv of 12 bytes and a tag of 16, under one key for everything. Other members are ignored.
///
/// # Examples
/// ```
/// use dynacrypt_core::legacy::{JsonGcm, KeyEncoding, LegacyKey};
///
/// let text = b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// let format = JsonGcm::new(LegacyKey::from_text(text, KeyEncoding::Base64)?);
/// # let _ = format;
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
///
/// # Security
/// What is wrong with it: nothing binds a value to its item or field, so any can be copied over any
/// other; one key, in an environment variable, encrypts everything for ever, with random ivs that
/// must be expected to repeat near 2³² values (a repetition gives away two plaintexts and the
/// authentication key); the key cannot be rotated without rewriting every item, nothing says which
/// one a value is under, and AES-GCM does not commit to it; lengths show. Node also accepts
/// shorter tags when it decrypts; this reader does not.
#[derive(Debug, Clone)]
pub struct JsonGcm {
    keys: Vec<LegacyKey>,
    names: Names,
}

#[derive(Debug, Clone)]
struct Names {
    iv: Cow<'static, str>,
    data: Cow<'static, str>,
    tag: Cow<'static, str>,
}

impl JsonGcm {
    /// Reads values under this key.
    #[must_use]
    pub fn new(key: LegacyKey) -> Self {
        let names = Names { iv: "iv".into(), data: "encryptedData".into(), tag: "authTag".into() };
        Self { keys: vec![key], names }
    }

    /// Also reads values under this key. Keys are tried in the order they were given in.
    #[must_use]
    pub fn with_previous(mut self, key: LegacyKey) -> Self {
        self.keys.push(key);
        self
    }

    /// The names of the three members, where they are others than `iv`, `encryptedData` and
    /// `authTag`.
    #[must_use]
    pub fn with_members(
        mut self,
        iv: impl Into<Cow<'static, str>>,
        data: impl Into<Cow<'static, str>>,
        tag: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.names = Names { iv: iv.into(), data: data.into(), tag: tag.into() };
        self
    }

    fn find(&self, item: &Item, field: &str) -> Found<Members> {
        let attribute = match own(item, field) {
            Ok(attribute) => attribute,
            Err(found) => return found.without(),
        };
        let AttributeValue::S(text) = attribute else {
            return Found::Other("the attribute is not a string");
        };
        match Members::read(text, [&self.names.iv, &self.names.data, &self.names.tag]) {
            Some(members) => Found::Legacy(members),
            None => Found::Other("not a JSON object with iv, ciphertext and tag"),
        }
    }

    fn open_now(&self, item: &Item, field: &str) -> Result<Option<LegacyPlaintext>> {
        let Some(Members([iv, data, tag])) = settle(self.find(item, field))? else {
            return Ok(None);
        };
        open_base64(&self.keys, &iv, &data, &tag).ok_or_else(refused).map(Some)
    }
}

impl LegacyFormat for JsonGcm {
    fn name(&self) -> &'static str {
        "json-gcm"
    }

    fn companions(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn recognize(&self, item: &Item, field: &str) -> StoredForm {
        self.find(item, field).form()
    }

    fn open<'a>(
        &'a self,
        item: &'a Item,
        field: &'a str,
    ) -> BoxFuture<'a, Result<Option<LegacyPlaintext>>> {
        Box::pin(std::future::ready(self.open_now(item, field)))
    }
}
