//! Wrapping keys held in this process: for tests, for development, and where there is no KMS. It
//! never writes a key anywhere but into the new file it was asked to create, and never takes one of
//! the wrong length.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use base64ct::{Base64, Encoding};
use zeroize::{Zeroize, Zeroizing};

use super::{BoxFuture, KeyProvider, KeyScope, text};
use crate::crypto::{self, AeadKey, KEY_LEN, NONCE_LEN, Nonce, Prk, TAG_LEN};
use crate::error::{Error, ErrorKind, Result};
use crate::material::{DataKey, GeneratedKey, ProviderId, WrappedDataKey};

/// Nonce, data key and tag.
const WRAPPED_LEN: usize = NONCE_LEN + KEY_LEN + TAG_LEN;
/// Base64 of 32 bytes.
const TEXT_LEN: usize = 44;

/// Wraps data keys with AES-256-GCM under a 32-byte key of this process (docs/format.md section 8).
///
/// # Examples
/// ```
/// use dynacrypt_core::keys::LocalKeyProvider;
///
/// let provider = LocalKeyProvider::generate()?; // a fresh key, gone with the process
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
///
/// # Security
/// Whoever reads the key reads every item. Nothing audits its use, and it cannot be revoked: in
/// production prefer [`KmsKeyProvider`](super::KmsKeyProvider). Nonces are random, which bounds a
/// wrapping key to 2³² data keys (NIST SP 800-38D section 8.3); the cache makes that many thousand
/// times as many items.
#[derive(Clone)]
pub struct LocalKeyProvider {
    current: Arc<WrappingKey>,
    previous: Vec<Arc<WrappingKey>>,
}

struct WrappingKey {
    id: [u8; 8],
    aead: AeadKey,
}

impl WrappingKey {
    fn new(bytes: &[u8; KEY_LEN]) -> Result<Self> {
        let prk = Prk::new(bytes)?;
        Ok(Self { id: prk.local_key_id()?, aead: prk.local_wrapping_key()? })
    }
}

impl LocalKeyProvider {
    /// Takes 32 bytes as the wrapping key, and wipes the slice it took them from.
    ///
    /// # Errors
    /// `is_invalid_key` where there are not exactly 32 bytes. They are wiped all the same.
    pub fn from_bytes(bytes: &mut [u8]) -> Result<Self> {
        let copy: Option<Zeroizing<[u8; KEY_LEN]>> = (&*bytes).try_into().ok().map(Zeroizing::new);
        bytes.zeroize();
        let key = copy.ok_or_else(|| invalid("a wrapping key has 32 bytes"))?;
        Ok(Self { current: Arc::new(WrappingKey::new(&key)?), previous: Vec::new() })
    }

    /// A fresh random wrapping key that lives as long as this provider. What it wrapped is
    /// unreadable afterwards.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Self> {
        let mut bytes = Zeroizing::new(crypto::random::<KEY_LEN>()?);
        Self::from_bytes(bytes.as_mut_slice())
    }

    /// Creates a file with a fresh random wrapping key, as base64, readable by its owner alone
    /// where the system knows such permissions; then uses it. An existing file is never
    /// touched.
    ///
    /// # Errors
    /// `is_invalid_key`, with the I/O error as source, where the file exists or cannot be written.
    pub fn generate_file(path: impl AsRef<Path>) -> Result<Self> {
        let mut bytes = Zeroizing::new(crypto::random::<KEY_LEN>()?);
        let mut text = Zeroizing::new([0; TEXT_LEN + 1]);
        Base64::encode(bytes.as_slice(), text.as_mut_slice())
            .map_err(|_| invalid("the key has no base64 form"))?;
        if let Some(end) = text.last_mut() {
            *end = b'\n';
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(path)
            .and_then(|mut file| file.write_all(text.as_slice()).and_then(|()| file.sync_all()))
            .map_err(|error| invalid("the key file cannot be written").with_source(error))?;
        Self::from_bytes(bytes.as_mut_slice())
    }

    /// Reads the wrapping key from a file: base64 of 32 bytes, and nothing else but a line end.
    ///
    /// # Errors
    /// `is_invalid_key` where the file cannot be read (with the I/O error as source) or holds
    /// anything else.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        // A key and the longest line end.
        let text = text::read_file(path, TEXT_LEN + 2)?;
        Self::from_text(&text)
    }

    /// Reads the wrapping key from an environment variable: base64 of 32 bytes.
    ///
    /// # Errors
    /// `is_invalid_key` where the variable is not set, or holds anything else.
    ///
    /// # Security
    /// Environment variables are inherited by child processes and readable under `/proc`; a file is
    /// the better place.
    pub fn from_env(variable: &str) -> Result<Self> {
        let text = text::read_env(variable)?;
        Self::from_text(&text)
    }

    /// Also unwraps what `other` wrapped, as its current key or a previous one. New data keys are
    /// wrapped under `self`'s.
    ///
    /// # Examples
    /// ```
    /// use dynacrypt_core::keys::LocalKeyProvider;
    ///
    /// let (new, old) = (LocalKeyProvider::generate()?, LocalKeyProvider::generate()?);
    /// let provider = new.with_previous(old);
    /// # Ok::<(), dynacrypt_core::error::Error>(())
    /// ```
    #[must_use]
    pub fn with_previous(mut self, other: Self) -> Self {
        self.previous.push(other.current);
        self.previous.extend(other.previous);
        self
    }

    fn from_text(text: &[u8]) -> Result<Self> {
        let text = text::trim_line_end(text);
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        let decoded = Base64::decode(text, bytes.as_mut_slice()).map(<[u8]>::len);
        if text.len() != TEXT_LEN || decoded.ok() != Some(KEY_LEN) {
            return Err(invalid("a wrapping key is base64 of 32 bytes: 44 characters"));
        }
        Self::from_bytes(bytes.as_mut_slice())
    }

    fn generate_now(&self, scope: &KeyScope) -> Result<GeneratedKey> {
        let mut key = Zeroizing::new(crypto::random::<KEY_LEN>()?);
        let nonce: Nonce = crypto::random()?;
        let mut wrapped = Vec::with_capacity(WRAPPED_LEN);
        wrapped.extend_from_slice(&nonce);
        wrapped.extend_from_slice(key.as_slice());
        self.current.aead.encrypt(&nonce, &wrap_aad(scope), &mut wrapped, NONCE_LEN)?;
        let wrapped = WrappedDataKey::new(ProviderId::LOCAL, self.current.id, wrapped)?;
        GeneratedKey::new(DataKey::take(key.as_mut_slice())?, vec![wrapped])
    }

    fn unwrap_now(&self, wrapped: &[WrappedDataKey], scope: &KeyScope) -> Result<DataKey> {
        let keys = || std::iter::once(&self.current).chain(&self.previous);
        let known =
            wrapped.iter().filter(|wrapped| wrapped.provider() == ProviderId::LOCAL).find_map(
                |wrapped| keys().find(|key| key.id == wrapped.key_id()).map(|key| (key, wrapped)),
            );
        let failed = || Error::new(ErrorKind::Decrypt);
        let (key, wrapped) = known.ok_or_else(failed)?;
        let nonce: &Nonce = wrapped.bytes().first_chunk().ok_or_else(failed)?;
        let mut bytes = Zeroizing::new(wrapped.bytes().to_vec());
        key.aead.decrypt(nonce, &wrap_aad(scope), &mut bytes, NONCE_LEN)?;
        DataKey::take(bytes.get_mut(NONCE_LEN..).unwrap_or_default()).map_err(|_| failed())
    }
}

/// The encryption context as the wrap's aad (docs/format.md section 8).
fn wrap_aad(scope: &KeyScope) -> Vec<u8> {
    let mut aad = b"dynacrypt/v1/wrap".to_vec();
    for (key, value) in scope.encryption_context() {
        for part in [key, value] {
            aad.extend_from_slice(&crate::context::length_prefix(part.len()));
            aad.extend_from_slice(part.as_bytes());
        }
    }
    aad
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidKey).with_reason(reason)
}

impl KeyProvider for LocalKeyProvider {
    fn generate_key<'a>(&'a self, scope: &'a KeyScope) -> BoxFuture<'a, Result<GeneratedKey>> {
        Box::pin(std::future::ready(self.generate_now(scope)))
    }

    fn unwrap_key<'a>(
        &'a self,
        wrapped: &'a [WrappedDataKey],
        scope: &'a KeyScope,
    ) -> BoxFuture<'a, Result<DataKey>> {
        Box::pin(std::future::ready(self.unwrap_now(wrapped, scope)))
    }
}

impl fmt::Debug for LocalKeyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKeyProvider")
            .field("previous", &self.previous.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> KeyScope {
        KeyScope::new("t")
    }

    #[test]
    fn keys_of_the_wrong_length_are_refused_and_wiped() {
        for length in [0, 16, 31, 33, 64] {
            let mut bytes = vec![7; length];
            assert!(LocalKeyProvider::from_bytes(&mut bytes).unwrap_err().is_invalid_key());
            assert!(bytes.iter().all(|&byte| byte == 0));
        }
        for text in [
            "",
            "AAAA",
            &"A".repeat(44),
            &format!("{}==", "A".repeat(42)),
            &format!("{}=\n\n", "A".repeat(43)),
        ] {
            assert!(
                LocalKeyProvider::from_text(text.as_bytes()).unwrap_err().is_invalid_key(),
                "{text:?}"
            );
        }
        LocalKeyProvider::from_text(format!("{}=\r\n", "A".repeat(43)).as_bytes()).unwrap();
    }

    #[test]
    fn another_scope_or_key_does_not_unwrap() {
        let (a, b) = (LocalKeyProvider::generate().unwrap(), LocalKeyProvider::generate().unwrap());
        let generated = a.generate_now(&scope()).unwrap();
        assert!(a.unwrap_now(generated.wrapped(), &scope()).is_ok());
        for other in [KeyScope::new("u"), KeyScope::new("t").with_tenant("x")] {
            assert!(a.unwrap_now(generated.wrapped(), &other).unwrap_err().is_decrypt());
        }
        assert!(b.unwrap_now(generated.wrapped(), &scope()).unwrap_err().is_decrypt());
        assert!(b.with_previous(a).unwrap_now(generated.wrapped(), &scope()).is_ok());
    }

    #[test]
    fn key_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(LocalKeyProvider::from_file(&path).unwrap_err().is_invalid_key());
        let created = LocalKeyProvider::generate_file(&path).unwrap();
        let generated = created.generate_now(&scope()).unwrap();
        let read = LocalKeyProvider::from_file(&path).unwrap();
        assert!(read.unwrap_now(generated.wrapped(), &scope()).is_ok());

        let text = std::fs::read(&path).unwrap();
        assert!(LocalKeyProvider::generate_file(&path).unwrap_err().is_invalid_key());
        assert_eq!(std::fs::read(&path).unwrap(), text, "an existing file is never touched");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, [text.as_slice(), b"more"].concat()).unwrap();
        let error = LocalKeyProvider::from_file(&path).unwrap_err();
        assert!(
            error.is_invalid_key()
                && !format!("{error:?}").contains(&*String::from_utf8_lossy(&text))
        );
    }

    #[test]
    fn keys_in_variables() {
        let unset = LocalKeyProvider::from_env("DYNACRYPT_NO_SUCH_VARIABLE").unwrap_err();
        assert_eq!(
            unset.to_string(),
            "wrapping key is not usable: the environment variable is not set"
        );
        // Set by cargo, and no key.
        let other = LocalKeyProvider::from_env("CARGO_PKG_NAME").unwrap_err();
        assert!(other.is_invalid_key() && !other.to_string().contains("dynacrypt-core"));
    }
}
