//! Fields as other programs encrypted them, for moving away from. It never writes one of these
//! formats, never reads clear text as if it had been encrypted, and never sees the table.
//!
//! | format | as written by | one field is | feature |
//! |---|---|---|---|
//! | [`JsonGcm`] | Node's `crypto` (the Restify article) | one S: JSON with iv, ciphertext and tag in base64 | `legacy-json-gcm` |
//! | [`SplitGcm`] | Node's `crypto` (the Koa article) | three S: ciphertext, iv, tag, each base64 | `legacy-split-gcm` |
//! | [`AwsEsdk`] | the AWS Encryption SDK (the Django article) | one S: base64 of a message, or one B: a message | `legacy-aws-esdk` |
//! | [`KmsGcm`] | boto3 and `cryptography` (the FastAPI article) | three B: ciphertext with tag, KMS-wrapped data key, nonce | `legacy-kms-gcm` |
//! | [`Fernet`] | Python's `cryptography` (the Flask article) | one S: a Fernet token | `legacy-fernet` |
//!
//! [`LegacyFormat`] is what a migration works with: it tells what a field holds, and opens it.
//!
//! # Examples
//! ```
//! # #[cfg(feature = "legacy-json-gcm")]
//! # async fn demo(item: std::collections::HashMap<String, aws_sdk_dynamodb::types::AttributeValue>) -> dynacrypt_core::error::Result<()> {
//! use dynacrypt_core::legacy::{JsonGcm, KeyEncoding, LegacyFormat, LegacyKey, StoredForm};
//!
//! let format = JsonGcm::new(LegacyKey::from_env("DATA_ENCRYPTION_KEY", KeyEncoding::Base64)?);
//! match format.recognize(&item, "ssn") {
//!     StoredForm::Absent | StoredForm::Sealed => {}
//!     StoredForm::Legacy => {
//!         if let Some(plaintext) = format.open(&item, "ssn").await? {
//!             let ssn = plaintext.into_string()?; // a `Secret<String>`
//!             # let _ = ssn;
//!         }
//!     }
//!     StoredForm::Other => println!("clear, or damaged beyond recognition: `open` would refuse it"),
//! }
//! # Ok(()) }
//! ```
//!
//! # Security
//! These formats are read-only because each lacks what this crate's own format has. None binds a
//! ciphertext to its item or field: whoever writes to the table can copy one person's value to
//! another's, and it opens. Reading them therefore vouches for *a* value that was once encrypted
//! under the key, not for *whose* it was. Move to sealed fields, then drop the format and the key.

mod attributes;
#[cfg(feature = "legacy-aws-esdk")]
mod aws_esdk;
mod clear_text;
#[cfg(any(feature = "legacy-split-gcm", feature = "legacy-kms-gcm"))]
mod companion;
#[cfg(any(feature = "legacy-kms-gcm", feature = "legacy-aws-esdk"))]
mod context;
#[cfg(feature = "legacy-fernet")]
mod fernet;
#[cfg(any(feature = "legacy-json-gcm", feature = "legacy-split-gcm"))]
mod gcm;
#[cfg(feature = "legacy-json-gcm")]
mod json_gcm;
#[cfg(any(feature = "legacy-json-gcm", feature = "legacy-split-gcm", feature = "legacy-fernet"))]
mod key;
#[cfg(feature = "legacy-kms-gcm")]
mod kms_gcm;
mod reading;
#[cfg(feature = "legacy-split-gcm")]
mod split_gcm;
mod stage;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

#[cfg(feature = "legacy-aws-esdk")]
pub use aws_esdk::AwsEsdk;
pub use clear_text::{ClearText, OrClearText};
#[cfg(any(feature = "legacy-split-gcm", feature = "legacy-kms-gcm"))]
pub use companion::Companion;
#[cfg(any(feature = "legacy-kms-gcm", feature = "legacy-aws-esdk"))]
pub use context::ExpectedContext;
#[cfg(feature = "legacy-fernet")]
pub use fernet::Fernet;
#[cfg(feature = "legacy-json-gcm")]
pub use json_gcm::JsonGcm;
#[cfg(any(
    feature = "legacy-json-gcm",
    feature = "legacy-split-gcm",
    feature = "legacy-fernet"
))]
pub use key::{KeyEncoding, LegacyKey};
#[cfg(feature = "legacy-kms-gcm")]
pub use kms_gcm::KmsGcm;
pub use reading::LegacyReading;
pub(crate) use reading::OldField;
#[cfg(feature = "legacy-split-gcm")]
pub use split_gcm::SplitGcm;
pub use stage::Stage;

pub use crate::codec::LegacyPlaintext;
use crate::error::{Error, ErrorKind, Result};
use crate::keys::BoxFuture;
#[cfg(feature = "_legacy")]
pub use crate::keys::{EncryptionContext, KmsUnwrapper, UnwrapDataKey};
use crate::record::LegacyField;

/// An item as DynamoDB gives it.
pub type Item = HashMap<String, AttributeValue>;

/// What a field of an item holds, from its shape alone: no key is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoredForm {
    /// Nothing: the attribute is absent or NULL.
    Absent,
    /// A field sealed by this crate.
    Sealed,
    /// A value of the legacy format, whole or damaged.
    Legacy,
    /// Neither: clear text, or damaged beyond recognition. Which of the two, nobody can tell.
    Other,
}

/// A format that other programs wrote fields in: read here, never written.
///
/// Each implementation keeps to this, whatever the item holds:
///
/// | `recognize` says | `open` gives |
/// |---|---|
/// | [`Absent`](StoredForm::Absent) | `Ok(None)` |
/// | [`Legacy`](StoredForm::Legacy) | the plaintext, `is_decrypt`, or what the key's service answered; never `is_not_legacy` |
/// | [`Sealed`](StoredForm::Sealed), [`Other`](StoredForm::Other) | `is_not_legacy`, without using a key |
///
/// # Security
/// `Other` is never opened as clear text. A migration that takes clear text as well must say so
/// itself, and count it: whoever can write to the table can put clear text there.
pub trait LegacyFormat: fmt::Debug + Send + Sync + 'static {
    /// A short name for reports, such as `json-gcm`.
    fn name(&self) -> &'static str;

    /// The attributes that a field has beside its own, such as the one of its nonce. Once the field
    /// is sealed they are of no use, and a migration removes them.
    fn companions(&self, field: &str) -> Vec<String>;

    /// Tells what the field's attributes hold.
    fn recognize(&self, item: &Item, field: &str) -> StoredForm;

    /// Opens the field; `None` where it is absent.
    ///
    /// # Errors
    /// `is_not_legacy` where the field holds something else; `is_decrypt`, without a reason, where
    /// it is damaged or does not authenticate; for formats whose keys are in KMS also throttled,
    /// unavailable, key disabled, key not found, key access denied.
    fn open<'a>(
        &'a self,
        item: &'a Item,
        field: &'a str,
    ) -> BoxFuture<'a, Result<Option<LegacyPlaintext>>>;
}

#[diagnostic::do_not_recommend]
impl<F: LegacyFormat> LegacyField for F {}

macro_rules! forward_to_pointee {
    ($($pointer:ident)*) => {$(
        impl<F: LegacyFormat + ?Sized> LegacyFormat for $pointer<F> {
            fn name(&self) -> &'static str {
                (**self).name()
            }

            fn companions(&self, field: &str) -> Vec<String> {
                (**self).companions(field)
            }

            fn recognize(&self, item: &Item, field: &str) -> StoredForm {
                (**self).recognize(item, field)
            }

            fn open<'a>(
                &'a self,
                item: &'a Item,
                field: &'a str,
            ) -> BoxFuture<'a, Result<Option<LegacyPlaintext>>> {
                (**self).open(item, field)
            }
        }
    )*};
}
forward_to_pointee!(Arc Box);

/// The one answer to everything that is damaged or does not authenticate.
#[cfg(feature = "_legacy")]
fn refused() -> Error {
    Error::new(ErrorKind::Decrypt)
}

/// What is decided before a field is opened, from its form.
fn settle<T>(found: Found<T>) -> Result<Option<T>> {
    match found {
        Found::Absent => Ok(None),
        Found::Legacy(parts) => Ok(Some(parts)),
        Found::Sealed => {
            Err(Error::new(ErrorKind::NotLegacy).with_reason("the field is sealed already"))
        }
        Found::Other(reason) => Err(Error::new(ErrorKind::NotLegacy).with_reason(reason)),
    }
}

/// A [`StoredForm`] with what was found.
enum Found<T> {
    Absent,
    Sealed,
    /// The parts, not yet looked into.
    Legacy(T),
    Other(&'static str),
}

impl<T> Found<T> {
    fn form(&self) -> StoredForm {
        match self {
            Self::Absent => StoredForm::Absent,
            Self::Sealed => StoredForm::Sealed,
            Self::Legacy(_) => StoredForm::Legacy,
            Self::Other(_) => StoredForm::Other,
        }
    }
}
