//! Codecs that a clear field names: `#[dynacrypt(with = …)]`. It never takes a secret, whatever
//! wraps it, and never stores what does not come back.

mod bytes;
mod scalar;
mod set;
mod times;

use aws_sdk_dynamodb::types::AttributeValue;

use super::AttributeError;
pub use bytes::AsBytes;
pub use scalar::AsScalar;
pub(super) use set::repeats as set_repeats;
pub use set::{AsSet, Set};
pub use times::{AsEpochMillis, AsEpochSeconds, AsRfc3339};

/// A value that an [`AttributeCodec`] may store in the clear: one that is `Clone` and `PartialEq`.
///
/// A [`Secret`](crate::secret::Secret) is neither, and so is nothing that derives them over one or
/// wraps it in an `Option`, a collection or an `Arc`: a codec for a secret does not compile, not even
/// one written by hand. (Who implements both by hand for a type that holds a secret, and then
/// exposes it in a codec, has said so twice.)
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in the clear by a codec",
    label = "a codec's values are stored in the clear",
    note = "if it holds a secret: mark it `#[encrypted]` to store ciphertext, or `#[dynacrypt(skip)]` to never store it",
    note = "if it does not: a codec's values are `Clone` and `PartialEq`, which a `Secret` is not"
)]
pub trait ClearValue {}

#[diagnostic::do_not_recommend]
impl<T: Clone + PartialEq> ClearValue for T {}

/// How a clear field is stored, where serde's way is not wanted or the type is not serde's:
/// `#[dynacrypt(with = path::to::Codec)]` names a type that implements this for the field's type.
///
/// A codec for `T` is one for `Option<T>` too: `None` is absent, and NULL is read as `None`.
///
/// # Examples
/// A colour, which its library prints and parses, as a string:
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dynacrypt_core::codec::{AttributeCodec, AttributeError};
///
/// #[derive(Debug, Clone, PartialEq)]
/// struct Rgb(u8, u8, u8);
///
/// struct AsHex;
///
/// impl AttributeCodec<Rgb> for AsHex {
///     fn to_attribute(value: &Rgb) -> Result<Option<AttributeValue>, AttributeError> {
///         let Rgb(red, green, blue) = value;
///         Ok(Some(AttributeValue::S(format!("{red:02x}{green:02x}{blue:02x}"))))
///     }
///
///     fn from_attribute(attribute: Option<AttributeValue>) -> Result<Rgb, AttributeError> {
///         let attribute = attribute.ok_or(AttributeError::missing())?;
///         let AttributeValue::S(text) = &attribute else {
///             return Err(AttributeError::unexpected("Rgb", &attribute));
///         };
///         match u32::from_str_radix(text, 16).map(u32::to_be_bytes) {
///             Ok([0, red, green, blue]) if text.len() == 6 => Ok(Rgb(red, green, blue)),
///             _ => Err(AttributeError::out_of_range("Rgb", &attribute)),
///         }
///     }
/// }
///
/// let stored = AsHex::to_attribute(&Rgb(255, 0, 16))?;
/// assert_eq!(stored, Some(AttributeValue::S("ff0010".to_owned())));
/// let read: Rgb = AsHex::from_attribute(stored)?;
/// assert_eq!(read, Rgb(255, 0, 16));
/// let read: Option<Rgb> = AsHex::from_attribute(None)?;
/// assert_eq!(read, None);
/// # Ok::<(), AttributeError>(())
/// ```
///
/// # Security
/// What a codec writes is readable in the table. Errors hold no value: see [`AttributeError`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not store values of type `{T}`",
    label = "not a codec for this type"
)]
pub trait AttributeCodec<T: ClearValue> {
    /// The attribute for a value; `None` where it is to be absent.
    ///
    /// # Errors
    /// Where the value cannot be stored so that it comes back.
    fn to_attribute(value: &T) -> Result<Option<AttributeValue>, AttributeError>;

    /// The value of an attribute, or of its absence.
    ///
    /// # Errors
    /// Where the attribute is not one that this codec writes.
    fn from_attribute(attribute: Option<AttributeValue>) -> Result<T, AttributeError>;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + PartialEq, C: AttributeCodec<T>> AttributeCodec<Option<T>> for C {
    fn to_attribute(value: &Option<T>) -> Result<Option<AttributeValue>, AttributeError> {
        value.as_ref().map_or(Ok(None), C::to_attribute)
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<Option<T>, AttributeError> {
        match attribute {
            None | Some(AttributeValue::Null(_)) => Ok(None),
            attribute => C::from_attribute(attribute).map(Some),
        }
    }
}

#[cfg(test)]
mod tests;
