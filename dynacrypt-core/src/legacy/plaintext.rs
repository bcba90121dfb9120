//! What a legacy field held, on its way into a `Secret`. It never leaves this module as anything
//! else.

use std::any::{Any, TypeId};
use std::fmt;

use serde::de::DeserializeOwned;
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// The plaintext of a legacy field: bytes that become a [`Secret`], in one of three ways.
///
/// # Security
/// Wiped on drop, redacted in `Debug`; there is no way to it but through a `Secret`.
pub struct LegacyPlaintext(Zeroizing<Vec<u8>>);

impl LegacyPlaintext {
    /// Takes over what was decrypted, to wipe it. For formats of your own.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(super) fn of(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes as they are.
    #[must_use]
    pub fn into_bytes(mut self) -> Secret<Vec<u8>> {
        Secret::new(std::mem::take(&mut *self.0))
    }

    /// The bytes as text.
    ///
    /// # Errors
    /// `is_invalid_item` where they are not UTF-8.
    pub fn into_string(mut self) -> Result<Secret<String>> {
        String::from_utf8(std::mem::take(&mut *self.0)).map(Secret::new).map_err(|error| {
            error.into_bytes().zeroize();
            Error::new(ErrorKind::InvalidItem).with_reason("what was encrypted is not UTF-8")
        })
    }

    /// A value that was encrypted as JSON.
    ///
    /// # Errors
    /// `is_invalid_item` where it is no JSON of this type. serde's text, which quotes values, is
    /// withheld.
    ///
    /// # Security
    /// Strings with escapes (`\n`, `\u…`) leave unwiped copies in serde_json's buffers; see
    /// [`Secret`].
    pub fn into_json<T: DeserializeOwned + Zeroize>(self) -> Result<Secret<T>> {
        serde_json::from_slice(&self.0).map(Secret::new).map_err(|_| {
            Error::new(ErrorKind::InvalidItem)
                .with_reason("what was encrypted is not JSON of this type")
        })
    }

    /// The value as a field of type `Secret<T>` wants it: text for a `String`, the bytes for a
    /// `Vec<u8>`, JSON for any other type.
    ///
    /// # Errors
    /// `is_invalid_item`, as the three say.
    pub fn into_secret<T: DeserializeOwned + Zeroize + 'static>(self) -> Result<Secret<T>> {
        let secret: Box<dyn Any> = if TypeId::of::<T>() == TypeId::of::<String>() {
            Box::new(self.into_string()?)
        } else if TypeId::of::<T>() == TypeId::of::<Vec<u8>>() {
            Box::new(self.into_bytes())
        } else {
            return self.into_json();
        };
        // The type was compared above; the error cannot happen.
        secret.downcast().map(|secret| *secret).map_err(|_| Error::new(ErrorKind::InvalidItem))
    }
}

impl fmt::Debug for LegacyPlaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LegacyPlaintext([REDACTED])")
    }
}
