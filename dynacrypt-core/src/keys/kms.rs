//! Data keys from AWS KMS. The only user of the KMS client. It never asks for a key that the data
//! names, never sends a key value of an item, and never repeats KMS's texts.

#[cfg(feature = "_legacy")]
mod unwrap;

use std::fmt;

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use zeroize::{Zeroize, Zeroizing};

#[cfg(feature = "_legacy")]
pub use self::unwrap::KmsUnwrapper;
use super::{BoxFuture, KeyProvider, KeyScope};
use crate::crypto;
use crate::error::{Error, ErrorKind, Result};
use crate::material::{DataKey, GeneratedKey, ProviderId, WrappedDataKey};
use crate::transport::{HttpsGuard, translate};

/// Generates and unwraps data keys with symmetric AWS KMS keys.
///
/// Writing calls `kms:GenerateDataKey` alone, reading `kms:Decrypt` alone, so that the two rights
/// can be given to different services. KMS sees table name, purpose and tenant id as its encryption
/// context, which a key policy can demand (`kms:EncryptionContext:dynacrypt:table`).
///
/// # Examples
/// ```no_run
/// # async fn demo(kms: aws_sdk_kms::Client) {
/// use dynacrypt_core::keys::KmsKeyProvider;
///
/// let provider = KmsKeyProvider::new(kms, "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
///     .also_decrypt_with("arn:aws:kms:eu-central-1:111122223333:key/older");
/// # let _ = provider;
/// # }
/// ```
///
/// # Security
/// Keys are named by ARN. An alias can be pointed elsewhere by whoever may change aliases, so it is
/// refused, on first use. Decrypt always sends the `KeyId` of a key from this list; the data only
/// says which of them. The SDK's own buffers of a `GenerateDataKey` or `Decrypt` response cannot be
/// wiped by us; the bytes that are handed over are.
pub struct KmsKeyProvider {
    client: Client,
    generate_with: Option<String>,
    decrypt_with: Vec<String>,
    guard: HttpsGuard,
}

impl KmsKeyProvider {
    /// Generates data keys under this KMS key, and unwraps those that it wrapped.
    #[must_use]
    pub fn new(client: Client, key_arn: impl Into<String>) -> Self {
        let arn = key_arn.into();
        Self { generate_with: Some(arn.clone()), ..Self::decrypt_only(client, [arn]) }
    }

    /// Unwraps with these KMS keys and generates none.
    #[must_use]
    pub fn decrypt_only(
        client: Client,
        key_arns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            client,
            generate_with: None,
            decrypt_with: key_arns.into_iter().map(Into::into).collect(),
            guard: HttpsGuard { allow_plain_http: false },
        }
    }

    /// Also unwraps data keys under this KMS key.
    #[must_use]
    pub fn also_decrypt_with(mut self, key_arn: impl Into<String>) -> Self {
        self.decrypt_with.push(key_arn.into());
        self
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

    async fn generate(&self, scope: &KeyScope) -> Result<GeneratedKey> {
        let arn = self.generate_with.as_deref().ok_or_else(|| {
            Error::new(ErrorKind::NotCapable).with_reason("this provider only unwraps")
        })?;
        check_arn(arn)?;
        let request = self.client.generate_data_key().key_id(arn).key_spec(DataKeySpec::Aes256);
        let request = scope
            .encryption_context()
            .into_iter()
            .fold(request, |request, (key, value)| request.encryption_context(key, value));
        let answer = request
            .customize()
            .interceptor(self.guard)
            .send()
            .await
            .map_err(|error| translate("kms:GenerateDataKey", &error, kind_of))?;
        let mut key = take(answer.plaintext)?;
        let wrapped = answer.ciphertext_blob.map(Blob::into_inner).unwrap_or_default();
        let key = DataKey::take(&mut key)?;
        if answer.key_id.is_some_and(|used| used != arn) {
            return Err(invalid("KMS answered with another key"));
        }
        let wrapped =
            WrappedDataKey::new(ProviderId::AWS_KMS, crypto::wrapping_key_id(arn), wrapped)?;
        GeneratedKey::new(key, vec![wrapped])
    }

    async fn unwrap(&self, wrapped: &[WrappedDataKey], scope: &KeyScope) -> Result<DataKey> {
        let (arn, wrapped) = wrapped
            .iter()
            .filter(|wrapped| wrapped.provider() == ProviderId::AWS_KMS)
            .find_map(|wrapped| {
                let arn = self
                    .decrypt_with
                    .iter()
                    .find(|arn| crypto::wrapping_key_id(arn) == wrapped.key_id())?;
                Some((arn, wrapped))
            })
            .ok_or_else(|| Error::new(ErrorKind::Decrypt))?;
        let mut key = decrypt(
            &self.client,
            self.guard,
            arn,
            wrapped.bytes(),
            scope.encryption_context().into_iter(),
        )
        .await?;
        DataKey::take(&mut key).map_err(|_| Error::new(ErrorKind::Decrypt))
    }
}

/// `kms:Decrypt` under the key of that ARN and no other, and under exactly this context.
async fn decrypt<'c>(
    client: &Client,
    guard: HttpsGuard,
    arn: &str,
    wrapped: &[u8],
    context: impl Iterator<Item = (&'c str, &'c str)>,
) -> Result<Zeroizing<Vec<u8>>> {
    check_arn(arn)?;
    let request = client.decrypt().key_id(arn).ciphertext_blob(Blob::new(wrapped));
    let request =
        context.fold(request, |request, (key, value)| request.encryption_context(key, value));
    let answer = request.customize().interceptor(guard).send().await.map_err(|error| {
        let error = translate("kms:Decrypt", &error, kind_of);
        // A refused ciphertext is a refused item: the same opaque error as any other.
        if error.is_decrypt() { Error::new(ErrorKind::Decrypt) } else { error }
    })?;
    let mut key = take(answer.plaintext)?;
    if answer.key_id.is_some_and(|used| used != *arn) {
        key.zeroize();
        return Err(Error::new(ErrorKind::Decrypt));
    }
    Ok(key)
}

fn take(plaintext: Option<Blob>) -> Result<Zeroizing<Vec<u8>>> {
    plaintext
        .map(|blob| Zeroizing::new(blob.into_inner()))
        .ok_or_else(|| invalid("KMS answered without a data key"))
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidKey).with_reason(reason)
}

fn check_arn(arn: &str) -> Result<()> {
    let mut parts = arn.splitn(6, ':');
    let is_key = parts.next() == Some("arn")
        && parts.nth(1) == Some("kms")
        && parts.nth(2).is_some_and(|resource| resource.starts_with("key/"));
    if is_key {
        Ok(())
    } else {
        Err(invalid("name the KMS key by the ARN of the key itself, not of an alias"))
    }
}

/// The codes of GenerateDataKey and Decrypt, in the KMS API reference.
fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "InvalidCiphertextException" | "IncorrectKeyException" => ErrorKind::Decrypt,
        "AccessDeniedException"
        | "AccessDenied"
        | "InvalidGrantTokenException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "ExpiredTokenException"
        | "MissingAuthenticationTokenException"
        | "NotAuthorized" => ErrorKind::KeyAccessDenied,
        "DisabledException" | "KMSInvalidStateException" => ErrorKind::KeyDisabled,
        "NotFoundException" => ErrorKind::KeyNotFound,
        "InvalidKeyUsageException" => ErrorKind::InvalidKey,
        "KeyUnavailableException" | "DependencyTimeoutException" | "KMSInternalException" => {
            ErrorKind::Unavailable
        }
        _ => return None,
    })
}

impl KeyProvider for KmsKeyProvider {
    fn generate_key<'a>(&'a self, scope: &'a KeyScope) -> BoxFuture<'a, Result<GeneratedKey>> {
        Box::pin(self.generate(scope))
    }

    fn unwrap_key<'a>(
        &'a self,
        wrapped: &'a [WrappedDataKey],
        scope: &'a KeyScope,
    ) -> BoxFuture<'a, Result<DataKey>> {
        Box::pin(self.unwrap(wrapped, scope))
    }
}

impl fmt::Debug for KmsKeyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KmsKeyProvider")
            .field("generate_with", &self.generate_with)
            .field("decrypt_with", &self.decrypt_with)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_key_arns_name_keys() {
        check_arn("arn:aws:kms:us-east-1:000000000000:key/ab-cd").unwrap();
        check_arn("arn:aws-us-gov:kms:us-gov-west-1:000000000000:key/mrk-1").unwrap();
        for bad in [
            "",
            "ab-cd",
            "alias/x",
            "arn:aws:kms:us-east-1:0:alias/x",
            "arn:aws:s3:::key/x",
            "arn:aws:kms:us-east-1:key/x",
        ] {
            assert!(check_arn(bad).unwrap_err().is_invalid_key(), "{bad}");
        }
    }
}
