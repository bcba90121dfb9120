//! AES-256-GCM in three attributes of base64, as the Koa article has it. It never writes one.

use aws_sdk_dynamodb::types::AttributeValue;

use super::attributes::own;
use super::gcm::open_base64;
use super::{
    Companion, Found, Item, LegacyFormat, LegacyKey, LegacyPlaintext, StoredForm, refused, settle,
};
use crate::error::Result;
use crate::keys::BoxFuture;

/// Three S: the field's own attribute holds the ciphertext, `iv` the 12-byte iv and `tag` the
/// 16-byte tag, each in base64; AES-256-GCM under one key for everything.
///
/// A field without either of the other two attributes is [`StoredForm::Other`]; with only one of
/// them it is damaged.
///
/// # Examples
/// ```
/// use dynacrypt_core::legacy::{Companion, KeyEncoding, LegacyKey, SplitGcm};
///
/// let text = b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// let format = SplitGcm::new(LegacyKey::from_text(text, KeyEncoding::Hex)?)
///     .with_attributes(Companion::suffixed("_iv"), Companion::suffixed("_tag"));
/// # let _ = format;
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
///
/// # Security
/// What is wrong with it: everything that is with one key, random ivs and unbound values (see
/// the module). And the three attributes can be changed apart: the article's own
/// update sets the ciphertext without its iv and tag, after which the value is lost. Node accepts
/// shorter tags when it decrypts; this reader does not.
#[derive(Debug, Clone)]
pub struct SplitGcm {
    keys: Vec<LegacyKey>,
    iv: Companion,
    tag: Companion,
}

/// The three attributes, of which two may be missing or of another type.
struct Parts<'a> {
    data: &'a str,
    iv: Option<&'a str>,
    tag: Option<&'a str>,
}

impl SplitGcm {
    /// Reads values under this key, with attributes `iv` and `tag` beside them.
    #[must_use]
    pub fn new(key: LegacyKey) -> Self {
        Self { keys: vec![key], iv: Companion::named("iv"), tag: Companion::named("tag") }
    }

    /// Also reads values under this key. Keys are tried in the order they were given in.
    #[must_use]
    pub fn with_previous(mut self, key: LegacyKey) -> Self {
        self.keys.push(key);
        self
    }

    /// How the attributes of iv and tag are called.
    #[must_use]
    pub fn with_attributes(mut self, iv: Companion, tag: Companion) -> Self {
        (self.iv, self.tag) = (iv, tag);
        self
    }

    fn find<'a>(&self, item: &'a Item, field: &str) -> Found<Parts<'a>> {
        let attribute = match own(item, field) {
            Ok(attribute) => attribute,
            Err(found) => return found.without(),
        };
        let AttributeValue::S(data) = attribute else {
            return Found::Other("the attribute is not a string");
        };
        let (iv, tag) = (item.get(&self.iv.of(field)), item.get(&self.tag.of(field)));
        if iv.is_none() && tag.is_none() {
            return Found::Other("there is neither an iv nor a tag");
        }
        let text = |attribute: Option<&'a AttributeValue>| {
            attribute.and_then(|attribute| attribute.as_s().ok()).map(String::as_str)
        };
        Found::Legacy(Parts { data, iv: text(iv), tag: text(tag) })
    }

    fn open_now(&self, item: &Item, field: &str) -> Result<Option<LegacyPlaintext>> {
        let Some(parts) = settle(self.find(item, field))? else { return Ok(None) };
        let opened = match (parts.iv, parts.tag) {
            (Some(iv), Some(tag)) => open_base64(&self.keys, iv, parts.data, tag),
            _ => None,
        };
        opened.ok_or_else(refused).map(Some)
    }
}

impl LegacyFormat for SplitGcm {
    fn name(&self) -> &'static str {
        "split-gcm"
    }

    fn companions(&self, field: &str) -> Vec<String> {
        vec![self.iv.of(field), self.tag.of(field)]
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
