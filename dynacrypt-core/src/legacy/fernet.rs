//! Fernet tokens, as the Flask article has them. It never makes one, and never looks at a token's
//! time.

use aws_sdk_dynamodb::types::AttributeValue;
use base64ct::{Base64Url, Encoding};

use super::attributes::own;
use super::{Found, Item, LegacyFormat, LegacyKey, LegacyPlaintext, StoredForm, refused, settle};
use crate::crypto::legacy::open_fernet;
use crate::error::Result;
use crate::keys::BoxFuture;

/// What every token begins with: its version, and the first 28 bits of its time, zero for the next
/// two thousand years.
const BEGINNING: &str = "gAAAAA";
/// Version, time and iv; HMAC.
const HEAD: usize = 1 + 8 + 16;
const TAG: usize = 32;

/// One S, or one B with the same text: a Fernet token (AES-128-CBC, then HMAC-SHA-256 over all of
/// it). Several keys work as Python's `MultiFernet` does: each is tried, in order. Tokens do not
/// expire here, whatever their time.
///
/// # Examples
/// ```
/// use dynacrypt_core::legacy::{Fernet, KeyEncoding, LegacyKey};
///
/// let text = b"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
/// let format = Fernet::new(LegacyKey::from_text(text, KeyEncoding::Base64)?);
/// # let _ = format;
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
///
/// # Security
/// What is wrong with it: nothing binds a token to its item or field, so any can be copied over any
/// other; one key in an environment variable encrypts everything, and with `MultiFernet` an old key
/// that leaked still makes tokens that are accepted; each token tells in the clear when it was
/// made, to the second; AES with 128 bits.
#[derive(Debug, Clone)]
pub struct Fernet {
    keys: Vec<LegacyKey>,
}

impl Fernet {
    /// Reads tokens under this key.
    #[must_use]
    pub fn new(key: LegacyKey) -> Self {
        Self { keys: vec![key] }
    }

    /// Also reads tokens under this key. Keys are tried in the order they were given in.
    #[must_use]
    pub fn with_previous(mut self, key: LegacyKey) -> Self {
        self.keys.push(key);
        self
    }

    fn find<'a>(item: &'a Item, field: &str) -> Found<&'a str> {
        let text = match own(item, field) {
            Ok(AttributeValue::S(text)) => Some(text.as_str()),
            Ok(AttributeValue::B(blob)) => std::str::from_utf8(blob.as_ref()).ok(),
            Ok(_) => None,
            Err(found) => return found.without(),
        };
        match text {
            Some(text) if text.starts_with(BEGINNING) => Found::Legacy(text),
            _ => Found::Other("not a Fernet token"),
        }
    }

    fn open_now(&self, item: &Item, field: &str) -> Result<Option<LegacyPlaintext>> {
        let Some(text) = settle(Self::find(item, field))? else { return Ok(None) };
        self.open_token(text).ok_or_else(refused).map(Some)
    }

    fn open_token(&self, text: &str) -> Option<LegacyPlaintext> {
        let token = Base64Url::decode_vec(text).ok()?;
        let (signed, tag) = token.split_last_chunk::<TAG>()?;
        let (head, ciphertext) = signed.split_first_chunk::<HEAD>()?;
        let iv = head.last_chunk()?;
        let open = |key: &LegacyKey| open_fernet(key.bytes(), signed, iv, ciphertext, tag);
        self.keys.iter().find_map(open).map(LegacyPlaintext::of)
    }
}

impl LegacyFormat for Fernet {
    fn name(&self) -> &'static str {
        "fernet"
    }

    fn companions(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn recognize(&self, item: &Item, field: &str) -> StoredForm {
        Self::find(item, field).form()
    }

    fn open<'a>(
        &'a self,
        item: &'a Item,
        field: &'a str,
    ) -> BoxFuture<'a, Result<Option<LegacyPlaintext>>> {
        Box::pin(std::future::ready(self.open_now(item, field)))
    }
}
