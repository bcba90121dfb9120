//! Which types may stand in which kind of field: the compiler's guard. A type alias cannot hide
//! from it, because it asks for traits, not names. It never looks at a value beyond handing it on.

use std::time::SystemTime;

use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroize;

use super::parts::{ItemReader, ItemWriter};
use crate::codec::{self, AttributeCodec, Binary, ClearValue, ScalarValue};
use crate::context::{Number, Scalar, ScalarType};
use crate::error::Result;
use crate::secret::Secret;

/// A type that may be stored in the clear: `Serialize + DeserializeOwned`. [`Secret`] is neither,
/// on purpose.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in the clear",
    label = "the field is not marked `#[encrypted]`",
    note = "if it holds a secret: mark it `#[encrypted]` to store ciphertext, or `#[dynacrypt(skip)]` to never store it",
    note = "if it does not: a clear field needs `serde::Serialize` and `serde::de::DeserializeOwned`"
)]
pub trait ClearField: Sized {
    /// Writes the field.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()>;
    /// Reads the field.
    #[doc(hidden)]
    fn read(from: &mut ItemReader, field: usize) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> ClearField for T {
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        out.clear::<T>(field, || codec::to_attribute(self))
    }

    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        from.clear(field, codec::from_attribute)
    }
}

/// A type that the codec `C` stores in the clear: `#[dynacrypt(with = C)]`.
#[diagnostic::on_unimplemented(
    message = "`{C}` does not store values of type `{Self}`",
    label = "not a type of this codec",
    note = "a codec is a type that implements `dynacrypt::codec::AttributeCodec` for the field's type; those of `dynacrypt::codec` say which they take",
    note = "what a codec stores is in the clear, and a `Secret` has no codec: mark it `#[encrypted]` to store ciphertext"
)]
pub trait CodedField<C>: Sized {
    /// Writes the field.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()>;
    /// Reads the field.
    #[doc(hidden)]
    fn read(from: &mut ItemReader, field: usize) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: ClearValue, C: AttributeCodec<T>> CodedField<C> for T {
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        out.clear::<T>(field, || C::to_attribute(self))
    }

    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        from.clear(field, C::from_attribute)
    }
}

/// A type with a value that NULL stands for: `Option`. What `#[dynacrypt(null)]` asks for.
#[diagnostic::on_unimplemented(
    message = "`null` stores `None` as NULL, and `{Self}` has no `None`",
    label = "expected an `Option`"
)]
pub trait NullableField {}

#[diagnostic::do_not_recommend]
impl<T> NullableField for Option<T> {}

/// A type that may stand in an `#[encrypted]` field: `Secret<T>` or `Option<Secret<T>>`.
#[diagnostic::on_unimplemented(
    message = "an `#[encrypted]` field must be a `Secret`, and `{Self}` is not",
    label = "expected `Secret<…>` or `Option<Secret<…>>`",
    note = "plaintext exists only inside a `Secret`: write `Secret<String>`, or `Option<Secret<String>>` if it may be absent",
    note = "make a collection one secret: `Secret<Vec<String>>`, not `Vec<Secret<String>>`"
)]
pub trait EncryptedField: Sized {
    /// Writes the field.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()>;
    /// Reads the field.
    #[doc(hidden)]
    fn read(from: &mut ItemReader, field: usize) -> Result<Self>;
}

impl<T: SecretValue> EncryptedField for Secret<T> {
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        out.secret(field, self.expose_secret())
    }

    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        match from.secret::<T>(field)? {
            Some(value) => Ok(Self::new(value)),
            None => Err(from.missing::<Self>(field)),
        }
    }
}

impl<T: SecretValue> EncryptedField for Option<Secret<T>> {
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        self.as_ref().map_or(Ok(()), |secret| out.secret(field, secret.expose_secret()))
    }

    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        Ok(from.secret::<T>(field)?.map(Secret::new))
    }
}

/// A type that may stand inside a sealed `Secret`: it can be written, read back and wiped.
///
/// `Vec<u8>` is sealed as a byte string. Bytes deeper inside (a `Vec<u8>` in a struct, a `[u8;
/// 32]`) go through serde, which writes them as arrays of numbers, at one or two bytes each;
/// `serde_bytes` in the struct shortens them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sealed inside a `Secret`",
    label = "the secret's type lacks what sealing needs",
    note = "it needs `serde::Serialize`, `serde::de::DeserializeOwned` and `zeroize::Zeroize`, and no borrowed data"
)]
pub trait SecretValue: Serialize + DeserializeOwned + Zeroize + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Zeroize + 'static> SecretValue for T {}

/// A type that may stand in an `#[dynacrypt(authenticated)]` field: a [`ScalarValue`], or an
/// `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be authenticated: it has no single canonical form",
    label = "what is bound into the item must have exactly one form",
    note = "use a `String`, `bool`, integer, `Binary` or an `Option` of these, or implement `dynacrypt::codec::ScalarValue`",
    note = "a secret is authenticated by being encrypted: mark it `#[encrypted]`",
    note = "floats, sets, lists and maps come back from DynamoDB in other forms than they were written in"
)]
pub trait AuthenticatedField: Sized {
    /// Writes the field.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()>;
    /// Reads the field.
    #[doc(hidden)]
    fn read(from: &mut ItemReader, field: usize) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: ScalarValue> AuthenticatedField for T {
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        out.scalar(field, self)
    }

    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        from.scalar(field)
    }
}

#[diagnostic::do_not_recommend]
impl<T: ScalarValue> AuthenticatedField for Option<T> {
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        self.as_ref().map_or(Ok(()), |value| out.scalar(field, value))
    }

    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        from.optional_scalar(field)
    }
}

/// A type that may be a partition or sort key: a [`ScalarValue`] of type S, N or B.
///
/// Implemented for `String`, the integers up to 64 bits, `Binary`, `Number` and `SystemTime`, and
/// behind features for ids, times and decimals; implement it (it is empty) beside `ScalarValue` for
/// id types of your own.
///
/// # Security
/// Keys are stored in the clear, are the partition of the table, and appear in AWS's logs and
/// metrics: a secret cannot be one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "a partition or sort key is stored in the clear and has one canonical form",
    note = "use a `String`, an integer or `Binary`, or implement `dynacrypt::codec::ScalarValue` and `dynacrypt::record::KeyAttribute`",
    note = "a secret cannot be a key"
)]
pub trait KeyAttribute: ScalarValue {
    /// The DynamoDB type. The schema of a record refuses one that DynamoDB does not take as a key.
    #[doc(hidden)]
    const KEY_TYPE: ScalarType = Self::TYPE;

    /// Writes the field.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        out.scalar(field, self)
    }

    /// Reads the field.
    #[doc(hidden)]
    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        from.scalar(field)
    }

    /// Refuses a value that cannot be stored in the key attribute of this number.
    #[doc(hidden)]
    fn check(&self, out: &ItemWriter, field: usize) -> Result<()> {
        out.check(field, self)
    }

    /// The value as a segment of a key template.
    #[doc(hidden)]
    fn segment(&self) -> Scalar<'_> {
        self.to_scalar()
    }

    /// Reads the field from a segment of the key attribute of this number.
    #[doc(hidden)]
    fn read_segment(from: &ItemReader, field: usize, segment: usize) -> Result<Self> {
        from.segment(field, segment)
    }

    /// Reads the field from two segments, which must hold the same.
    #[doc(hidden)]
    fn read_segments(
        from: &ItemReader,
        (field, segment): (usize, usize),
        (other_field, other_segment): (usize, usize),
    ) -> Result<Self> {
        let value: Self = from.segment(field, segment)?;
        let other: Self = from.segment(other_field, other_segment)?;
        if value.to_scalar() == other.to_scalar() {
            Ok(value)
        } else {
            Err(from.disagreement::<Self>(other_field))
        }
    }
}

/// A type that may hold the owner outside the key: a [`ScalarValue`] that is compared with the
/// principal's id.
///
/// Implemented for `String`, the integers up to 64 bits and `Number`, and behind its feature for
/// `uuid::Uuid`; implement it (it is empty) beside `ScalarValue` for id types of your own that are
/// strings or numbers. The principal's id must be the value's one form: hyphens and lower case for a
/// `Uuid`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold the owner",
    label = "the owner is compared with the principal's id",
    note = "use a `String` or an integer, or implement `dynacrypt::codec::ScalarValue` and `dynacrypt::record::OwnerField`",
    note = "a secret cannot be the owner: it would have to be opened to be checked"
)]
pub trait OwnerField: ScalarValue {
    /// The DynamoDB type. The schema of a record refuses one that has no text to compare with a
    /// principal's id.
    #[doc(hidden)]
    const OWNER_TYPE: ScalarType = Self::TYPE;

    /// Writes the field.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        out.scalar(field, self)
    }

    /// Reads the field.
    #[doc(hidden)]
    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        from.scalar(field)
    }
}

macro_rules! key_and_owner {
    ($($ty:ty)*) => {$(
        // The traits' own notes list these types; rustc's list would quote this macro.
        #[diagnostic::do_not_recommend]
        impl KeyAttribute for $ty {}
        #[diagnostic::do_not_recommend]
        impl OwnerField for $ty {}
    )*};
}
key_and_owner!(String Number i8 i16 i32 i64 isize u8 u16 u32 u64 usize);
#[cfg(feature = "uuid")]
key_and_owner!(uuid::Uuid);

macro_rules! key {
    ($($(#[$feature:meta])? $ty:ty;)*) => {$(
        $(#[$feature])?
        #[diagnostic::do_not_recommend]
        impl KeyAttribute for $ty {}
    )*};
}
key! {
    Binary;
    SystemTime;
    #[cfg(feature = "time")] time::OffsetDateTime;
    #[cfg(feature = "chrono")] chrono::DateTime<chrono::Utc>;
    #[cfg(feature = "jiff")] jiff::Timestamp;
    #[cfg(feature = "rust_decimal")] rust_decimal::Decimal;
}
