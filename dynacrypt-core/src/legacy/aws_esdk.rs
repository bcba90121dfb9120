//! Messages of the AWS Encryption SDK, as the Django article has them. It never writes one, and
//! calls KMS through its unwrapper alone.

mod context;
mod message;
mod suite;

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use base64ct::{Base64, Encoding};

use self::message::Message;
use self::suite::Suite;
use super::attributes::{base64, own};
use super::{
    ExpectedContext, Found, Item, LegacyFormat, LegacyPlaintext, StoredForm, refused, settle,
};
use crate::error::Result;
use crate::keys::{BoxFuture, EncryptionContext, UnwrapDataKey};
use crate::secret::{ExposeSecret, Secret};

/// The provider of data keys that KMS wrapped.
const KMS: &[u8] = b"aws-kms";

/// One S: base64 of a message of the AWS Encryption SDK; or one B: the message. Formats 1 and 2,
/// framed and unframed, each algorithm suite that its Python release has, with data keys wrapped by
/// KMS (provider `aws-kms`). Each value costs a call of KMS.
///
/// | suite | key derivation | commitment | signature |
/// |---|---|---|---|
/// | `0578`, `0478` | HKDF-SHA-512 | yes | P-384, none |
/// | `0378`, `0346` | HKDF-SHA-384 | no | P-384 |
/// | `0214` | HKDF-SHA-256 | no | P-256 |
/// | `0178`, `0146`, `0114` | HKDF-SHA-256 | no | none |
/// | `0078`, `0046`, `0014` | none | no | none |
///
/// Not read: data keys of other providers (raw AES and RSA, hierarchical), encryption context that
/// is authenticated but not stored (the *required encryption context* of the material providers
/// library).
///
/// # Examples
/// ```no_run
/// # async fn demo(kms: aws_sdk_kms::Client) {
/// use dynacrypt_core::legacy::{AwsEsdk, ExpectedContext, KmsUnwrapper};
///
/// let keys = ["arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"];
/// let format = AwsEsdk::new(KmsUnwrapper::new(kms, keys))
///     .with_context(ExpectedContext::new().with_attribute("user_id", "user_id"));
/// # let _ = format;
/// # }
/// ```
///
/// # Security
/// What is wrong with it, as the article uses it: no encryption context, so a message is bound to
/// nothing and can be copied to any item and field; a data key, and so a call of KMS, for each
/// value; 500 bytes and more around each. Suites without commitment let one message open to
/// different plaintexts under two wrapped keys: demand it with
/// [`committing_only`](Self::committing_only) where all messages have it. The signature proves
/// nothing beyond the encryption, because its key is in the message; it is verified all the same,
/// before any plaintext is handed out. The key that a message names must be in the unwrapper's
/// list.
#[derive(Debug, Clone)]
pub struct AwsEsdk {
    unwrapper: Arc<dyn UnwrapDataKey>,
    context: ExpectedContext,
    committing_only: bool,
}

impl AwsEsdk {
    /// Reads messages whose data keys this unwraps.
    #[must_use]
    pub fn new(unwrapper: impl UnwrapDataKey) -> Self {
        Self {
            unwrapper: Arc::new(unwrapper),
            context: ExpectedContext::new(),
            committing_only: false,
        }
    }

    /// The encryption context that each message must have, at least. A message that lacks a pair, or
    /// has another value, does not open.
    #[must_use]
    pub fn with_context(mut self, context: ExpectedContext) -> Self {
        self.context = context;
        self
    }

    /// Reads messages with key commitment alone, as the SDK's own releases since 2.0 do unless told
    /// otherwise. Others are [`StoredForm::Other`].
    #[must_use]
    pub fn committing_only(mut self) -> Self {
        self.committing_only = true;
        self
    }

    fn find<'a>(&self, item: &'a Item, field: &str) -> Found<Stored<'a>> {
        let stored = match own(item, field) {
            Ok(AttributeValue::S(text)) => Stored::Text(text),
            Ok(AttributeValue::B(blob)) => Stored::Bytes(blob.as_ref()),
            Ok(_) => return Found::Other("the attribute is neither a string nor binary"),
            Err(found) => return found.without(),
        };
        match stored.suite() {
            None => Found::Other("not a message of the AWS Encryption SDK"),
            Some(suite) if self.committing_only && !suite.is_committing() => {
                Found::Other("a message without key commitment")
            }
            Some(_) => Found::Legacy(stored),
        }
    }

    async fn open_now(&self, item: &Item, field: &str) -> Result<Option<LegacyPlaintext>> {
        let Some(stored) = settle(self.find(item, field))? else { return Ok(None) };
        let decoded;
        let bytes = match stored {
            Stored::Bytes(bytes) => bytes,
            Stored::Text(text) => {
                decoded = base64(text).ok_or_else(refused)?;
                decoded.as_slice()
            }
        };
        // Everything that can be refused without KMS is, before KMS is asked.
        let message = Message::parse(bytes).ok_or_else(refused)?;
        let expected = self.context.of(item).ok_or_else(refused)?;
        if !expected.iter().all(|(key, value)| message.context.get(key) == Some(value)) {
            return Err(refused());
        }
        let key = self.data_key(&message, &message.context).await?;
        let text = message.open(key.expose_secret()).ok_or_else(refused)?;
        Ok(Some(LegacyPlaintext::of(text)))
    }

    /// The data key, from the first of its wrapped forms that the unwrapper knows.
    async fn data_key(
        &self,
        message: &Message<'_>,
        context: &EncryptionContext,
    ) -> Result<Secret<Vec<u8>>> {
        let mut answer = refused();
        for wrapped in message.wrapped.iter().filter(|wrapped| wrapped.provider == KMS) {
            let Ok(arn) = std::str::from_utf8(wrapped.name) else { continue };
            match self.unwrapper.unwrap_data_key(Some(arn), wrapped.bytes, context).await {
                Ok(key) => return Ok(key),
                Err(error) if error.is_retryable() => return Err(error),
                // What the service answered weighs more than that a key is not in the list.
                Err(error) if answer.is_decrypt() => answer = error,
                Err(_) => {}
            }
        }
        Err(answer)
    }
}

/// A message as it is stored.
enum Stored<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl Stored<'_> {
    /// The suite that a message begins with; `None` for what does not begin as one.
    fn suite(&self) -> Option<Suite> {
        let mut start = [0; 6];
        let start = match self {
            Self::Bytes(bytes) => bytes.get(..6)?,
            Self::Text(text) => Base64::decode(text.get(..8)?, &mut start).ok()?,
        };
        match *start {
            [1, 0x80, high, low, ..] | [2, high, low, ..] => {
                Suite::of(*start.first()?, u16::from_be_bytes([high, low]))
            }
            _ => None,
        }
    }
}

impl LegacyFormat for AwsEsdk {
    fn name(&self) -> &'static str {
        "aws-esdk"
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
        Box::pin(self.open_now(item, field))
    }
}
