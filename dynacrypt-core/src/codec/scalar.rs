//! Types with exactly one scalar form: what keys, owners and authenticated fields are made of. It
//! never holds a secret: these values are stored in the clear.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use zeroize::Zeroize;

use super::AttributeError;
use super::unfit::{Expected, type_of};
use crate::context::{Number, Scalar, ScalarType};

/// A scalar was not of the type that the record wants. Says nothing of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch;

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the attribute is of another type")
    }
}

impl std::error::Error for Mismatch {}

/// A type with exactly one scalar form in DynamoDB.
///
/// Implemented for `String`, `bool`, the integers up to 64 bits, [`Binary`], [`Number`] and
/// `SystemTime`; behind features for `uuid::Uuid`, `rust_decimal::Decimal`,
/// `time::OffsetDateTime`, `chrono::DateTime<Utc>` and `jiff::Timestamp`. Implement it for your own
/// id types and enums to use them as `#[dynacrypt(authenticated)]` fields, and
/// [`KeyAttribute`](crate::record::KeyAttribute) beside it to use them as keys.
///
/// What it writes is bound into the item: the same value must always give the same scalar, and
/// different values different ones. Floats, sets and collections have no such form, and are not
/// implemented on purpose.
///
/// # Examples
/// ```
/// use dynacrypt_core::codec::{Mismatch, ScalarValue};
/// use dynacrypt_core::context::{Scalar, ScalarType};
///
/// enum Role { Member, Admin }
///
/// impl ScalarValue for Role {
///     const TYPE: ScalarType = ScalarType::S;
///
///     fn to_scalar(&self) -> Scalar<'_> {
///         Scalar::S(match self { Role::Member => "member", Role::Admin => "admin" }.into())
///     }
///
///     fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
///         match scalar {
///             Scalar::S(text) if text == "member" => Ok(Role::Member),
///             Scalar::S(text) if text == "admin" => Ok(Role::Admin),
///             _ => Err(Mismatch),
///         }
///     }
/// }
/// # assert!(matches!(Role::from_scalar(Role::Admin.to_scalar()), Ok(Role::Admin)));
/// # assert!(matches!(Role::from_scalar(Role::Member.to_scalar()), Ok(Role::Member)));
/// ```
///
/// # Security
/// Bound does not mean encrypted: the value is readable in the table.
pub trait ScalarValue: Sized {
    /// The DynamoDB type of every value.
    const TYPE: ScalarType;

    /// The canonical form.
    fn to_scalar(&self) -> Scalar<'_>;

    /// Reads the canonical form back.
    ///
    /// # Errors
    /// [`Mismatch`] where the scalar is not a value of this type.
    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch>;

    /// Whether this value can be stored. One that cannot is `is_invalid_record` when it is written,
    /// and stands for no item when it is looked up. Provided: every value can.
    fn is_in_range(&self) -> bool {
        true
    }
}

/// A [`ScalarValue`] that may be an element of a DynamoDB set: of type S, N or B.
///
/// Implemented for `String`, the integers up to 64 bits, [`Binary`], [`Number`], and behind their
/// features ids, times and decimals; implement it (it is empty) beside `ScalarValue` for types of
/// your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an element of a set",
    label = "a DynamoDB set holds strings, numbers or binaries",
    note = "implement `dynacrypt::codec::ScalarValue` and `dynacrypt::codec::SetElement` for types of your own"
)]
pub trait SetElement: ScalarValue {}

macro_rules! set_elements {
    ($($ty:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl SetElement for $ty {}
    )*};
}
set_elements!(String Binary i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

impl ScalarValue for String {
    const TYPE: ScalarType = ScalarType::S;

    fn to_scalar(&self) -> Scalar<'_> {
        Scalar::S(Cow::Borrowed(self))
    }

    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::S(text) => Ok(text.into_owned()),
            _ => Err(Mismatch),
        }
    }
}

impl ScalarValue for bool {
    const TYPE: ScalarType = ScalarType::Bool;

    fn to_scalar(&self) -> Scalar<'_> {
        Scalar::Bool(*self)
    }

    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::Bool(value) => Ok(value),
            _ => Err(Mismatch),
        }
    }
}

macro_rules! scalar_integer {
    ($($int:ty)*) => {$(
        impl ScalarValue for $int {
            const TYPE: ScalarType = ScalarType::N;

            fn to_scalar(&self) -> Scalar<'_> {
                Scalar::N(Number::from(*self))
            }

            fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
                match scalar {
                    Scalar::N(number) => number.as_str().parse().map_err(|_| Mismatch),
                    _ => Err(Mismatch),
                }
            }
        }
    )*};
}
scalar_integer!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

/// Bytes stored as a DynamoDB binary (`B`).
///
/// serde turns a `Vec<u8>` into a list of numbers; this wrapper is how a clear, authenticated or
/// key field says that it means bytes. A `Secret<Vec<u8>>` needs no wrapper.
///
/// # Examples
/// ```
/// use dynacrypt_core::codec::Binary;
///
/// let digest = Binary::from(vec![1, 2, 3]);
/// assert_eq!(digest.as_ref(), [1, 2, 3]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Zeroize)]
pub struct Binary(pub Vec<u8>);

impl From<Vec<u8>> for Binary {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Binary {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl ScalarValue for Binary {
    const TYPE: ScalarType = ScalarType::B;

    fn to_scalar(&self) -> Scalar<'_> {
        Scalar::B(Cow::Borrowed(&self.0))
    }

    fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
        match scalar {
            Scalar::B(bytes) => Ok(Self(bytes.into_owned())),
            _ => Err(Mismatch),
        }
    }
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Binary;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Binary, E> {
                Ok(Binary(bytes.to_owned()))
            }

            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Binary, E> {
                Ok(Binary(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}

/// Reads an attribute, or its absence, as a scalar's type.
pub(crate) fn read_scalar<T: ScalarValue>(
    attribute: Option<AttributeValue>,
) -> Result<T, AttributeError> {
    let attribute = attribute.ok_or(AttributeError::missing())?;
    let found = type_of(&attribute);
    let name = short_name::<T>();
    let Some(scalar) = into_scalar(attribute) else {
        return Err(AttributeError::type_mismatch(Expected::Type(name), found));
    };
    let of_type = scalar.scalar_type() == T::TYPE;
    T::from_scalar(scalar).map_err(|Mismatch| match T::TYPE {
        ScalarType::N if of_type => AttributeError::range(name, found),
        _ if of_type => AttributeError::no_value(name, found),
        _ => AttributeError::type_mismatch(Expected::Type(name), found),
    })
}

/// Why a value whose [`ScalarValue::is_in_range`] is false is not written.
pub(crate) const fn out_of_range() -> AttributeError {
    AttributeError::new("out of the range that can be stored")
}

/// Name of a type without its path and parameters.
pub(super) fn short_name<T>() -> &'static str {
    let name = type_name::<T>();
    let head = name.split('<').next().unwrap_or(name);
    head.rsplit("::").next().unwrap_or(head)
}

/// The attribute for a scalar.
pub(crate) fn attribute_of(scalar: Scalar<'_>) -> AttributeValue {
    match scalar {
        Scalar::S(text) => AttributeValue::S(text.into_owned()),
        Scalar::N(number) => AttributeValue::N(number.as_str().to_owned()),
        Scalar::B(bytes) => AttributeValue::B(Blob::new(bytes.into_owned())),
        Scalar::Bool(value) => AttributeValue::Bool(value),
    }
}

/// The same as [`scalar_of`], without a copy.
fn into_scalar(attribute: AttributeValue) -> Option<Scalar<'static>> {
    match attribute {
        AttributeValue::S(text) => Some(Scalar::S(Cow::Owned(text))),
        AttributeValue::B(bytes) => Some(Scalar::B(Cow::Owned(bytes.into_inner()))),
        other => scalar_of(&other).map(Scalar::into_owned),
    }
}

/// The scalar that an attribute holds, numbers made canonical; `None` where it is no scalar that
/// can be bound.
pub(crate) fn scalar_of(attribute: &AttributeValue) -> Option<Scalar<'_>> {
    match attribute {
        AttributeValue::S(text) => Some(Scalar::S(Cow::Borrowed(text))),
        AttributeValue::N(number) => Number::parse(number).map(Scalar::N),
        AttributeValue::B(bytes) => Some(Scalar::B(Cow::Borrowed(bytes.as_ref()))),
        AttributeValue::Bool(value) => Some(Scalar::Bool(*value)),
        _ => None,
    }
}
