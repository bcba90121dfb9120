//! Data keys of legacy formats, unwrapped by KMS. It calls Decrypt alone, never under a key that is
//! not in its list.

use std::fmt;

use aws_sdk_kms::Client;

use super::decrypt;
use crate::error::{Error, ErrorKind, Result};
use crate::keys::{BoxFuture, EncryptionContext, UnwrapDataKey};
use crate::secret::Secret;
use crate::transport::HttpsGuard;

/// Unwraps data keys with the AWS KMS keys of an allow-list.
///
/// Needs `kms:Decrypt` on those keys and nothing else.
///
/// # Examples
/// ```no_run
/// # async fn demo(kms: aws_sdk_kms::Client) {
/// use dynacrypt_core::keys::KmsUnwrapper;
///
/// let unwrapper = KmsUnwrapper::new(kms, ["arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]);
/// # let _ = unwrapper;
/// # }
/// ```
///
/// # Security
/// Decrypt always sends the `KeyId` of a key from the list. Where the data names its key, that name
/// must be in the list, letter for letter; where it names none, the keys of the list are tried in
/// their order. Keys are named by the ARN of the key itself: an alias is refused, on first use.
pub struct KmsUnwrapper {
    client: Client,
    allowed: Vec<String>,
    guard: HttpsGuard,
}

impl KmsUnwrapper {
    /// Unwraps with these KMS keys.
    #[must_use]
    pub fn new(client: Client, key_arns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            client,
            allowed: key_arns.into_iter().map(Into::into).collect(),
            guard: HttpsGuard { allow_plain_http: false },
        }
    }

    /// Allows an endpoint that is plain HTTP and not on this machine.
    ///
    /// # Security
    /// Plaintext data keys then cross the network in the clear. For test setups whose network is
    /// theirs alone.
    #[must_use]
    pub fn danger_allow_plain_http(mut self) -> Self {
        self.guard.allow_plain_http = true;
        self
    }

    async fn unwrap(
        &self,
        named: Option<&str>,
        wrapped: &[u8],
        context: &EncryptionContext,
    ) -> Result<Secret<Vec<u8>>> {
        let mut refused = Error::new(ErrorKind::Decrypt);
        let allowed = self.allowed.iter().filter(|arn| named.is_none_or(|named| named == **arn));
        for arn in allowed {
            let pairs = context.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            match decrypt(&self.client, self.guard, arn, wrapped, pairs).await {
                Ok(mut key) => return Ok(Secret::new(std::mem::take(&mut *key))),
                Err(error) if error.is_retryable() => return Err(error),
                // What another key of the list answered weighs more than that this one is wrong.
                Err(error) if refused.is_decrypt() => refused = error,
                Err(_) => {}
            }
        }
        Err(refused)
    }
}

impl UnwrapDataKey for KmsUnwrapper {
    fn unwrap_data_key<'a>(
        &'a self,
        named: Option<&'a str>,
        wrapped: &'a [u8],
        context: &'a EncryptionContext,
    ) -> BoxFuture<'a, Result<Secret<Vec<u8>>>> {
        Box::pin(self.unwrap(named, wrapped, context))
    }
}

impl fmt::Debug for KmsUnwrapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KmsUnwrapper").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}
