//! AES-256-GCM under a KMS-wrapped data key for each value, in three binary attributes, as the
//! FastAPI article has it. It never writes one, and calls KMS through its unwrapper alone.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use super::attributes::own;
use super::{
    Companion, ExpectedContext, Found, Item, LegacyFormat, LegacyPlaintext, StoredForm, refused,
    settle,
};
use crate::crypto::legacy::OpeningKey;
use crate::crypto::{KEY_LEN, Nonce, TAG_LEN};
use crate::error::Result;
use crate::keys::{BoxFuture, UnwrapDataKey};
use crate::secret::ExposeSecret;

/// No KMS ciphertext of a data key is longer (KMS API reference, `Decrypt`).
const MAX_WRAPPED: usize = 6144;

/// Three B: the field's own attribute holds ciphertext and 16-byte tag, `encrypted_key` what KMS's
/// GenerateDataKey gave, `nonce` the 12-byte nonce; AES-256-GCM under the data key.
///
/// A field without either of the other two attributes is [`StoredForm::Other`]; with only one of
/// them it is damaged. Each value costs a call of KMS.
///
/// # Examples
/// ```no_run
/// # async fn demo(kms: aws_sdk_kms::Client) {
/// use dynacrypt_core::legacy::{KmsGcm, KmsUnwrapper};
///
/// let keys = ["arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"];
/// let format = KmsGcm::new(KmsUnwrapper::new(kms, keys));
/// # let _ = format;
/// # }
/// ```
///
/// # Security
/// What is wrong with it: the three attributes are bound to each other and to nothing else, so all
/// three can be copied to another item and open there. The article's reader lets the data choose
/// the KMS key, so that whoever can write to the table can have it open what *they* encrypted,
/// under a key of their own account; this one names the key. The wrapped key has no encryption
/// context, so CloudTrail cannot tell what it was used for. AES-GCM does not commit to a key: one
/// ciphertext can be made to open to different plaintexts under two wrapped keys.
#[derive(Debug, Clone)]
pub struct KmsGcm {
    unwrapper: Arc<dyn UnwrapDataKey>,
    wrapped: Companion,
    nonce: Companion,
    context: ExpectedContext,
}

/// The three attributes, of which two may be missing or of another type.
struct Parts<'a> {
    data: &'a [u8],
    wrapped: Option<&'a [u8]>,
    nonce: Option<&'a [u8]>,
}

impl KmsGcm {
    /// Reads values whose data keys this unwraps, with attributes `encrypted_key` and `nonce` beside
    /// them and no encryption context.
    #[must_use]
    pub fn new(unwrapper: impl UnwrapDataKey) -> Self {
        Self {
            unwrapper: Arc::new(unwrapper),
            wrapped: Companion::named("encrypted_key"),
            nonce: Companion::named("nonce"),
            context: ExpectedContext::new(),
        }
    }

    /// How the attributes of wrapped key and nonce are called.
    #[must_use]
    pub fn with_attributes(mut self, wrapped: Companion, nonce: Companion) -> Self {
        (self.wrapped, self.nonce) = (wrapped, nonce);
        self
    }

    /// The encryption context that data keys were generated with: all of it, for KMS compares the
    /// whole.
    #[must_use]
    pub fn with_context(mut self, context: ExpectedContext) -> Self {
        self.context = context;
        self
    }

    fn find<'a>(&self, item: &'a Item, field: &str) -> Found<Parts<'a>> {
        let attribute = match own(item, field) {
            Ok(attribute) => attribute,
            Err(found) => return found.without(),
        };
        let AttributeValue::B(data) = attribute else {
            return Found::Other("the attribute is not binary");
        };
        let (wrapped, nonce) = (item.get(&self.wrapped.of(field)), item.get(&self.nonce.of(field)));
        if wrapped.is_none() && nonce.is_none() {
            return Found::Other("there is neither a wrapped key nor a nonce");
        }
        let bytes = |attribute: Option<&'a AttributeValue>| {
            attribute.and_then(|attribute| attribute.as_b().ok()).map(AsRef::as_ref)
        };
        Found::Legacy(Parts { data: data.as_ref(), wrapped: bytes(wrapped), nonce: bytes(nonce) })
    }

    async fn open_now(&self, item: &Item, field: &str) -> Result<Option<LegacyPlaintext>> {
        let Some(parts) = settle(self.find(item, field))? else { return Ok(None) };
        // Everything that can be refused without KMS is, before KMS is asked.
        let shape = || {
            let (data, tag) = parts.data.split_last_chunk::<TAG_LEN>()?;
            let nonce: &Nonce = parts.nonce?.try_into().ok()?;
            let wrapped =
                parts.wrapped.filter(|wrapped| (1..=MAX_WRAPPED).contains(&wrapped.len()));
            Some((data, tag, nonce, wrapped?, self.context.of(item)?))
        };
        let (data, tag, nonce, wrapped, context) = shape().ok_or_else(refused)?;
        let key = self.unwrapper.unwrap_data_key(None, wrapped, &context).await?;
        let key = Some(key.expose_secret()).filter(|key| key.len() == KEY_LEN);
        key.and_then(|key| OpeningKey::new(key)?.open(nonce, data, tag))
            .map(|text| Some(LegacyPlaintext::of(text)))
            .ok_or_else(refused)
    }
}

impl LegacyFormat for KmsGcm {
    fn name(&self) -> &'static str {
        "kms-gcm"
    }

    fn companions(&self, field: &str) -> Vec<String> {
        vec![self.wrapped.of(field), self.nonce.of(field)]
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
