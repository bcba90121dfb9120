//! What a field held in its old form, on its way into a `Secret`. It never leaves this module as
//! anything else, and never shows what it holds.

use std::any::{Any, TypeId};
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use zeroize::{Zeroize, Zeroizing};

use super::from_attribute;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

/// The plaintext of a legacy field: bytes, or an attribute that was in the clear, which become a
/// [`Secret`].
///
/// # Security
/// Bytes are wiped on drop; `Debug` is redacted; there is no way to it but through a `Secret`.
pub struct LegacyPlaintext(Held);

enum Held {
    Bytes(Zeroizing<Vec<u8>>),
    /// As it stands in the table, in the clear.
    Attribute(AttributeValue),
}

impl LegacyPlaintext {
    /// Takes over what was decrypted, to wipe it. For formats of your own.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self::of(Zeroizing::new(bytes))
    }

    pub(crate) fn of(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(Held::Bytes(bytes))
    }

    /// Takes over an attribute that was in the clear.
    pub(crate) fn in_the_clear(attribute: AttributeValue) -> Self {
        Self(Held::Attribute(attribute))
    }

    /// The bytes as they are; of an attribute in the clear, those of its text or binary.
    ///
    /// # Errors
    /// `is_invalid_item` where an attribute in the clear is neither.
    pub fn into_bytes(self) -> Result<Secret<Vec<u8>>> {
        self.bytes().map(Secret::new)
    }

    /// The bytes as text.
    ///
    /// # Errors
    /// `is_invalid_item` where they are not UTF-8, or an attribute in the clear is no text.
    pub fn into_string(self) -> Result<Secret<String>> {
        self.text().map(Secret::new)
    }

    /// A value that was encrypted as JSON; an attribute in the clear, as a clear field is read.
    ///
    /// # Errors
    /// `is_invalid_item` where it is no JSON of this type, or no such attribute. serde's text, which
    /// quotes values, is withheld.
    ///
    /// # Security
    /// Strings with escapes (`\n`, `\u…`) leave unwiped copies in serde_json's buffers; see
    /// [`Secret`].
    pub fn into_json<T: DeserializeOwned + Zeroize>(self) -> Result<Secret<T>> {
        self.json().map(Secret::new)
    }

    /// The value as a field of type `Secret<T>` wants it: text for a `String`, the bytes for a
    /// `Vec<u8>`, JSON for any other type. An attribute in the clear is read as a clear field of
    /// type `T` is.
    ///
    /// # Errors
    /// `is_invalid_item`, as the three say.
    pub fn into_secret<T: DeserializeOwned + Zeroize + 'static>(self) -> Result<Secret<T>> {
        self.value().map(Secret::new)
    }

    /// The same, for whoever puts it into a `Secret` next.
    pub(crate) fn value<T: DeserializeOwned + 'static>(self) -> Result<T> {
        let value: Box<dyn Any> = if TypeId::of::<T>() == TypeId::of::<String>() {
            Box::new(self.text()?)
        } else if TypeId::of::<T>() == TypeId::of::<Vec<u8>>() {
            Box::new(self.bytes()?)
        } else {
            return self.json();
        };
        // The type was compared above; the error cannot happen.
        value.downcast().map(|value| *value).map_err(|_| Error::new(ErrorKind::InvalidItem))
    }

    fn bytes(self) -> Result<Vec<u8>> {
        match self.0 {
            Held::Bytes(mut bytes) => Ok(std::mem::take(&mut *bytes)),
            Held::Attribute(AttributeValue::B(blob)) => Ok(blob.into_inner()),
            Held::Attribute(AttributeValue::S(text)) => Ok(text.into_bytes()),
            Held::Attribute(_) => Err(invalid("what was in the clear is neither text nor binary")),
        }
    }

    fn text(self) -> Result<String> {
        match self.0 {
            Held::Bytes(mut bytes) => {
                String::from_utf8(std::mem::take(&mut *bytes)).map_err(|error| {
                    error.into_bytes().zeroize();
                    invalid("what was encrypted is not UTF-8")
                })
            }
            Held::Attribute(AttributeValue::S(text)) => Ok(text),
            Held::Attribute(_) => Err(invalid("what was in the clear is not text")),
        }
    }

    fn json<T: DeserializeOwned>(self) -> Result<T> {
        match self.0 {
            Held::Bytes(bytes) => serde_json::from_slice(&bytes)
                .map_err(|_| invalid("what was encrypted is not JSON of this type")),
            Held::Attribute(attribute) => from_attribute(Some(attribute))
                .map_err(|_| invalid("what was in the clear is not of this type")),
        }
    }
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidItem).with_reason(reason)
}

impl fmt::Debug for LegacyPlaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LegacyPlaintext([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::primitives::Blob;

    use super::*;
    use crate::secret::ExposeSecret;

    #[test]
    fn what_was_in_the_clear_is_read_as_a_clear_field_of_the_type() {
        let text = || LegacyPlaintext::in_the_clear(AttributeValue::S("CANARY".to_owned()));
        let binary = || LegacyPlaintext::in_the_clear(AttributeValue::B(Blob::new(b"CANARY")));
        let number = || LegacyPlaintext::in_the_clear(AttributeValue::N("7".to_owned()));
        assert_eq!(text().into_secret::<String>().unwrap().expose_secret(), "CANARY");
        assert_eq!(binary().into_secret::<Vec<u8>>().unwrap().expose_secret(), b"CANARY");
        assert_eq!(number().into_secret::<u32>().unwrap().expose_secret(), &7);
        let refused = [
            number().into_secret::<String>().unwrap_err(),
            number().into_bytes().unwrap_err(),
            binary().into_string().unwrap_err(),
            text().into_secret::<u32>().unwrap_err(),
        ];
        for error in refused {
            assert!(error.is_invalid_item() && !format!("{error:?} {error}").contains("CANARY"));
        }
        assert!(!format!("{:?}", text()).contains("CANARY"));
    }
}
