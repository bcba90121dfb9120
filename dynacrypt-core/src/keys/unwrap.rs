//! Who unwraps data keys that other programs had wrapped. It never wraps one, and never picks the
//! wrapping key by what the data says alone.

use std::collections::BTreeMap;
use std::fmt;

use super::BoxFuture;
use crate::error::Result;
use crate::secret::Secret;

/// The encryption context of a wrapped data key: what KMS demands to see again, word for word.
pub type EncryptionContext = BTreeMap<String, String>;

/// Unwraps data keys of legacy formats: [`KmsUnwrapper`](super::KmsUnwrapper), or one of your own
/// for keys that are elsewhere.
///
/// # Security
/// `named` comes from the data: it may only choose among the wrapping keys that the unwrapper was
/// configured with. Bytes that do not unwrap, and names that are not known, give
/// [`ErrorKind::Decrypt`](crate::error::ErrorKind::Decrypt), without a reason.
pub trait UnwrapDataKey: fmt::Debug + Send + Sync + 'static {
    /// The plain data key. `named` is the wrapping key that the data names, where its format names
    /// one; `context` must be bound to the wrapped key exactly as it is.
    ///
    /// # Errors
    /// `is_decrypt` as above; otherwise by the predicates of [`Error`](crate::error::Error):
    /// throttled, unavailable, key disabled, key not found, key access denied.
    fn unwrap_data_key<'a>(
        &'a self,
        named: Option<&'a str>,
        wrapped: &'a [u8],
        context: &'a EncryptionContext,
    ) -> BoxFuture<'a, Result<Secret<Vec<u8>>>>;
}
