//! `Secret<T>`, the only place where plaintext of a sensitive field lives. It never shows, compares
//! in variable time, copies silently or serializes what it holds.

use std::fmt;

pub use secrecy::ExposeSecret;
use secrecy::SecretBox;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A sensitive value: redacted in `Debug`, wiped on drop, readable through
/// [`expose_secret`](ExposeSecret::expose_secret) alone.
///
/// There is no `Display`, `Deref`, `AsRef`, `Serialize`, `PartialEq`, `Hash`, `Clone` or `Copy`,
/// and no feature, environment variable or `cfg(test)` that adds one: what would leak does not
/// compile. Compare with [`ct_eq`](Self::ct_eq), copy with [`duplicate`](Self::duplicate).
///
/// # Examples
/// ```
/// use dynacrypt_core::secret::Secret;
/// use secrecy::ExposeSecret;
///
/// let ssn = Secret::new(String::from("078-05-1120"));
/// assert_eq!(format!("{ssn:?}"), "[REDACTED]");
/// assert_eq!(ssn.expose_secret(), "078-05-1120");
/// ```
///
/// # Security
/// The value sits in a heap box (over [`secrecy::SecretBox`]), which is wiped when the secret is
/// dropped. What cannot be wiped: copies that the optimizer left on the stack or in registers, a
/// `String` that was reallocated *before* it came here, pages swapped out, core dumps. Values that
/// hold their bytes inline (`[u8; 32]`) pass over the stack on their way in.
///
/// `Deserialize` lets request bodies parse straight into a secret. How many unwiped copies that
/// leaves depends on the format. Measured by `tests/memory`, which looks for a canary in every
/// block as it is freed:
///
/// | source | unwiped copies |
/// |---|---|
/// | `serde_json::from_slice` or `from_str`, a string without escapes, in untagged and internally tagged enums too | 0 |
/// | the same with escapes (`\n`, `\u…`) | 2, in serde_json's scratch buffer; 3 in an untagged enum |
/// | `serde_json::from_reader` | 1 |
/// | `serde_json::from_value` | 0, but the `Value` before it was no secret |
/// | an item opened by this crate | 0 |
///
/// The buffer that the request came in is the caller's to wipe. A value that does not parse gives
/// an error without its text, which serde would otherwise quote.
pub struct Secret<T: Zeroize>(SecretBox<T>);

impl<T: Zeroize> Secret<T> {
    /// Takes the value in. Hand over the original, not a copy of it: only what is moved in gets
    /// wiped.
    ///
    /// # Examples
    /// ```
    /// use dynacrypt_core::secret::Secret;
    ///
    /// let key: Secret<Vec<u8>> = Secret::new(vec![7; 32]);
    /// # assert_eq!(format!("{key:?}"), "[REDACTED]");
    /// ```
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(SecretBox::new(Box::new(value)))
    }

    /// A second, independent secret with the same value. Explicit, because each copy is one more
    /// place to leak from.
    ///
    /// # Examples
    /// ```
    /// use dynacrypt_core::secret::Secret;
    ///
    /// let token = Secret::from("t0k3n");
    /// assert!(token.ct_eq(&token.duplicate()));
    /// ```
    #[must_use]
    pub fn duplicate(&self) -> Self
    where
        T: Clone,
    {
        Self::new(self.0.expose_secret().clone())
    }

    /// Whether two secrets hold the same bytes, in time that depends on their lengths alone.
    ///
    /// # Examples
    /// ```
    /// use dynacrypt_core::secret::Secret;
    ///
    /// let stored = Secret::from("t0k3n");
    /// assert!(stored.ct_eq(&Secret::from("t0k3n")));
    /// assert!(!stored.ct_eq(&Secret::from("guess")));
    /// ```
    ///
    /// # Security
    /// Values of different lengths are told apart at once: the length is not protected.
    #[must_use]
    pub fn ct_eq(&self, other: &Self) -> bool
    where
        T: AsRef<[u8]>,
    {
        let (a, b): (&[u8], &[u8]) =
            (self.0.expose_secret().as_ref(), other.0.expose_secret().as_ref());
        a.ct_eq(b).into()
    }
}

impl<T: Zeroize> ExposeSecret<T> for Secret<T> {
    fn expose_secret(&self) -> &T {
        self.0.expose_secret()
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

impl<T: Zeroize> Zeroize for Secret<T> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> ZeroizeOnDrop for Secret<T> {}

impl<T: Zeroize + Default> Default for Secret<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Zeroize> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl From<&str> for Secret<String> {
    /// Copies the text, with no spare capacity. The original stays with the caller, unwiped.
    fn from(value: &str) -> Self {
        Self::new(value.to_owned())
    }
}

impl From<&[u8]> for Secret<Vec<u8>> {
    /// Copies the bytes, with no spare capacity. The original stays with the caller, unwiped.
    fn from(value: &[u8]) -> Self {
        Self::new(value.to_owned())
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // serde's own text quotes the value: `invalid type: integer 78051120, expected a string`.
        T::deserialize(deserializer).map(Self::new).map_err(|_| {
            D::Error::custom(format_args!(
                "a secret `{}` could not be read",
                std::any::type_name::<T>()
            ))
        })
    }
}

/// Never implemented: its absence is what keeps [`Secret`] out of `Serialize`, with a message of
/// our own.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a `Secret<{Self}>` cannot be serialized",
    label = "a secret does not leave through `Serialize`",
    note = "in a record, mark the field `#[encrypted]`: it is then stored as ciphertext",
    note = "elsewhere, hand it out on purpose with `expose_secret()`, or leave it out with `#[serde(skip_serializing)]`"
)]
pub trait SerializableSecret: never::Never {}

mod never {
    /// Has no implementations, and cannot be named outside.
    pub trait Never {}
}

impl<T: Zeroize + SerializableSecret> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        // Not reachable: no type implements `SerializableSecret`. Were one to, it would still get
        // nothing.
        Err(serde::ser::Error::custom("a secret cannot be serialized"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_is_redacted_in_every_form() {
        let secret = Secret::from("CANARY");
        assert_eq!(
            format!("{secret:?} {secret:#?} {:?}", Some(&secret)),
            "[REDACTED] [REDACTED] Some([REDACTED])"
        );
    }

    #[test]
    fn a_value_that_does_not_parse_is_not_quoted() {
        struct Numeric;
        impl<'de> Deserializer<'de> for Numeric {
            type Error = serde::de::value::Error;
            fn deserialize_any<V: serde::de::Visitor<'de>>(
                self,
                v: V,
            ) -> Result<V::Value, Self::Error> {
                v.visit_u64(78_051_120)
            }
            serde::forward_to_deserialize_any! {
                bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
                unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
            }
        }
        let Err(error) = Secret::<String>::deserialize(Numeric) else {
            panic!("a number is no string")
        };
        assert_eq!(error.to_string(), "a secret `alloc::string::String` could not be read");
    }

    #[test]
    fn equality_and_duplicates() {
        let a = Secret::from("abc");
        assert!(
            a.ct_eq(&a.duplicate())
                && !a.ct_eq(&Secret::from("abd"))
                && !a.ct_eq(&Secret::from("ab"))
        );
    }
}
