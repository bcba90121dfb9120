//! Key material as data: data keys and their wrapped forms. It never fetches, wraps, unwraps or
//! stores one.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use crate::crypto::{KEY_LEN, Prk};
use crate::error::{Error, ErrorKind, Result};

/// A data key: 32 uniformly random bytes from which item keys are derived.
///
/// # Security
/// Wiped on drop; `Debug` shows nothing; there is no way to read the bytes back.
pub struct DataKey {
    prk: Prk,
}

impl DataKey {
    /// Bytes of a data key.
    pub const LEN: usize = KEY_LEN;

    /// Takes over the bytes that a key provider generated or unwrapped, and wipes the slice it took
    /// them from.
    ///
    /// # Errors
    /// `is_invalid_key` where there are not exactly 32 bytes. They are wiped all the same.
    ///
    /// # Examples
    /// ```
    /// use dynacrypt_core::material::DataKey;
    ///
    /// let mut bytes = [7; 32];
    /// let key = DataKey::take(&mut bytes)?;
    /// assert_eq!(bytes, [0; 32]);
    /// # drop(key);
    /// # Ok::<(), dynacrypt_core::error::Error>(())
    /// ```
    pub fn take(bytes: &mut [u8]) -> Result<Self> {
        let copy: Option<Zeroizing<[u8; KEY_LEN]>> = (&*bytes).try_into().ok().map(Zeroizing::new);
        bytes.zeroize();
        match copy {
            Some(key) => Ok(Self { prk: Prk::new(&key)? }),
            None => Err(Error::new(ErrorKind::InvalidKey).with_reason("a data key has 32 bytes")),
        }
    }

    pub(crate) fn prk(&self) -> &Prk {
        &self.prk
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey([REDACTED])")
    }
}

/// Which kind of key provider wrapped a data key (docs/format.md section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProviderId(pub u8);

impl ProviderId {
    /// [`LocalKeyProvider`](crate::keys::LocalKeyProvider).
    pub const LOCAL: Self = Self(1);
    /// [`KmsKeyProvider`](crate::keys::KmsKeyProvider).
    pub const AWS_KMS: Self = Self(2);
    /// First of the ids that applications may give their own providers, up to 255.
    pub const FIRST_CUSTOM: Self = Self(128);
}

/// A data key under a wrapping key: what is stored beside the ciphertext.
///
/// # Examples
/// ```
/// use dynacrypt_core::material::{ProviderId, WrappedDataKey};
///
/// let wrapped = WrappedDataKey::new(ProviderId::FIRST_CUSTOM, [1; 8], vec![2; 60])?;
/// assert_eq!(wrapped.bytes().len(), 60);
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WrappedDataKey {
    provider: ProviderId,
    key_id: [u8; 8],
    bytes: Vec<u8>,
}

impl WrappedDataKey {
    /// Most bytes that a provider may store.
    pub const MAX_LEN: usize = 4096;
    /// Most wrapped keys of one item.
    pub const MAX_COUNT: usize = 4;

    /// A wrapped key: the kind of provider, 8 bytes that name the wrapping key, and what the
    /// provider needs to unwrap it.
    ///
    /// # Errors
    /// `is_invalid_key` where there are no bytes, or over 4,096.
    pub fn new(provider: ProviderId, key_id: [u8; 8], bytes: Vec<u8>) -> Result<Self> {
        if bytes.is_empty() || bytes.len() > Self::MAX_LEN {
            return Err(Error::new(ErrorKind::InvalidKey)
                .with_reason("a wrapped data key has 1 to 4096 bytes"));
        }
        Ok(Self { provider, key_id, bytes })
    }

    /// The kind of provider that wrapped it.
    #[must_use]
    pub fn provider(&self) -> ProviderId {
        self.provider
    }

    /// Eight bytes that name the wrapping key.
    #[must_use]
    pub fn key_id(&self) -> [u8; 8] {
        self.key_id
    }

    /// What the provider unwraps.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for WrappedDataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrappedDataKey")
            .field("provider", &self.provider.0)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// A fresh data key and its wrapped forms, one for each wrapping key that may unwrap it.
#[derive(Debug)]
pub struct GeneratedKey {
    key: DataKey,
    wrapped: Vec<WrappedDataKey>,
}

impl GeneratedKey {
    /// Pairs them.
    ///
    /// # Errors
    /// `is_invalid_key` unless there are 1 to 4 wrapped forms.
    pub fn new(key: DataKey, wrapped: Vec<WrappedDataKey>) -> Result<Self> {
        if wrapped.is_empty() || wrapped.len() > WrappedDataKey::MAX_COUNT {
            return Err(
                Error::new(ErrorKind::InvalidKey).with_reason("a data key is wrapped 1 to 4 times")
            );
        }
        Ok(Self { key, wrapped })
    }

    /// The data key.
    #[must_use]
    pub fn key(&self) -> &DataKey {
        &self.key
    }

    /// Its wrapped forms, 1 to 4.
    #[must_use]
    pub fn wrapped(&self) -> &[WrappedDataKey] {
        &self.wrapped
    }
}
