//! The primary key of a record, typed by the record it belongs to. It never shows its values.

use std::fmt;
use std::marker::PhantomData;
use std::time::SystemTime;

use super::{ItemReader, ItemWriter, KeyAttribute, KeyTemplate, NoFields, Record, Templated};
use crate::codec::{Binary, ScalarValue};
use crate::context::{Number, Scalar, ScalarType};
use crate::error::Result;

/// The type of a record's sort key: a [`KeyAttribute`], or [`NoSortKey`].
// The words of `KeyAttribute`: to the user, a sort key is a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "a sort key is stored in the clear and has one canonical form",
    note = "use a `String`, an integer or `Binary`, or implement `dynacrypt::codec::ScalarValue` and `dynacrypt::record::KeyAttribute`",
    note = "a secret cannot be a key"
)]
pub trait SortKey: Sized {
    /// The DynamoDB type, where there is a sort key.
    #[doc(hidden)]
    const SORT_TYPE: Option<ScalarType>;

    /// Whether this is a value of the type.
    #[doc(hidden)]
    fn is_value(scalar: Scalar<'_>) -> bool;

    /// Writes the field, where there is one.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()>;

    /// Reads the field, where there is one.
    #[doc(hidden)]
    fn read(from: &mut ItemReader, field: usize) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: KeyAttribute> SortKey for T {
    const SORT_TYPE: Option<ScalarType> = Some(T::KEY_TYPE);

    fn is_value(scalar: Scalar<'_>) -> bool {
        Self::from_scalar(scalar).is_ok()
    }

    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        KeyAttribute::write(self, out, field)
    }

    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        KeyAttribute::read(from, field)
    }
}

/// A sort key that the caller need not give: there is none, or its template is a constant.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the record has a sort key, and this gives only its partition key",
    label = "expected `(partition key, sort key)`"
)]
pub trait ImpliedSort: SortKey {
    /// Its value, where there is one.
    fn implied() -> Option<Scalar<'static>>;
}

impl ImpliedSort for NoSortKey {
    fn implied() -> Option<Scalar<'static>> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<K> ImpliedSort for Templated<K>
where
    K: KeyTemplate,
    K::Fields: NoFields,
{
    fn implied() -> Option<Scalar<'static>> {
        Some(Scalar::S(K::TEMPLATE.render(&[]).into()))
    }
}

/// Stands for the sort key of a record that has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoSortKey;

#[diagnostic::do_not_recommend]
impl SortKey for NoSortKey {
    const SORT_TYPE: Option<ScalarType> = None;

    fn is_value(_: Scalar<'_>) -> bool {
        false
    }

    fn write(&self, _: &mut ItemWriter, _: usize) -> Result<()> {
        Ok(())
    }

    fn read(_: &mut ItemReader, _: usize) -> Result<Self> {
        Ok(Self)
    }
}

/// The primary key of a record of type `R`.
///
/// Most calls take `impl IntoKey<R>` instead, which a `&str`, an integer or a pair of them is.
///
/// # Security
/// `Debug` shows types, not values: keys are often names and addresses of people.
pub struct Key<R> {
    partition: Scalar<'static>,
    sort: Option<Scalar<'static>>,
    record: PhantomData<fn() -> R>,
}

impl<R: Record> Key<R> {
    /// The key of a record that has a partition key only.
    #[must_use]
    pub fn new(partition: &R::PartitionKey) -> Self
    where
        R: Record<SortKey = NoSortKey>,
    {
        Self { partition: partition.to_scalar().into_owned(), sort: None, record: PhantomData }
    }

    /// The key of a record that has a partition and a sort key.
    #[must_use]
    pub fn composite(partition: &R::PartitionKey, sort: &R::SortKey) -> Self
    where
        R::SortKey: KeyAttribute,
    {
        Self {
            partition: partition.to_scalar().into_owned(),
            sort: Some(sort.to_scalar().into_owned()),
            record: PhantomData,
        }
    }

    /// The key of a partition key's value alone, where the record has no sort key, or one that is a
    /// constant. For a partition key that is a template of several fields: a tuple of their values.
    #[must_use]
    pub fn at<Q>(partition: Q) -> Self
    where
        R::PartitionKey: KeyFrom<Q>,
        R::SortKey: ImpliedSort,
    {
        Self {
            partition: R::PartitionKey::scalar_from(partition),
            sort: R::SortKey::implied(),
            record: PhantomData,
        }
    }

    /// Whether these are of the types that the schema gives the key.
    pub(crate) fn has_types_of(partition: &Scalar<'_>, sort: Option<&Scalar<'_>>) -> bool {
        partition.scalar_type() == R::PartitionKey::KEY_TYPE
            && sort.map(Scalar::scalar_type) == R::SortKey::SORT_TYPE
    }

    /// Whether an `R` can have this key: each value is one of its field's type, template and all.
    #[cfg(any(feature = "lambda", feature = "streams"))]
    pub(crate) fn is_possible(&self) -> bool {
        let sort = self.sort.clone();
        R::PartitionKey::from_scalar(self.partition.clone()).is_ok()
            && sort.is_none_or(R::SortKey::is_value)
    }

    /// The key of these values, which are of its types.
    pub(crate) fn from_scalars(partition: Scalar<'_>, sort: Option<Scalar<'_>>) -> Self {
        Self {
            partition: partition.into_owned(),
            sort: sort.map(Scalar::into_owned),
            record: PhantomData,
        }
    }

    /// Whether this key has these values.
    pub(crate) fn is(&self, partition: &Scalar<'_>, sort: Option<&Scalar<'_>>) -> bool {
        self.partition == *partition && self.sort.as_ref() == sort
    }
}

impl<R> Key<R> {
    /// The partition key's value.
    #[must_use]
    pub fn partition(&self) -> &Scalar<'static> {
        &self.partition
    }

    /// The sort key's value.
    #[must_use]
    pub fn sort(&self) -> Option<&Scalar<'static>> {
        self.sort.as_ref()
    }
}

impl<R> Clone for Key<R> {
    fn clone(&self) -> Self {
        Self { partition: self.partition.clone(), sort: self.sort.clone(), record: PhantomData }
    }
}

impl<R> PartialEq for Key<R> {
    fn eq(&self, other: &Self) -> bool {
        self.partition == other.partition && self.sort == other.sort
    }
}

impl<R> Eq for Key<R> {}

impl<R> fmt::Debug for Key<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("partition", &self.partition).field("sort", &self.sort).finish()
    }
}

/// What a key attribute can be looked up by: `&str` for a `String`, bytes for a `Binary`, the value
/// itself for integers, decimals, ids and times.
///
/// Implement it for id types of your own, so that records are looked up by them, and key templates
/// filled with them.
///
/// # Examples
/// ```
/// use dynacrypt_core::codec::{Mismatch, ScalarValue};
/// use dynacrypt_core::context::{Scalar, ScalarType};
/// use dynacrypt_core::record::{KeyAttribute, KeyFrom};
///
/// struct UserId(String);
///
/// impl ScalarValue for UserId {
///     const TYPE: ScalarType = ScalarType::S;
///
///     fn to_scalar(&self) -> Scalar<'_> {
///         Scalar::S(self.0.as_str().into())
///     }
///
///     fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
///         String::from_scalar(scalar).map(Self)
///     }
/// }
///
/// impl KeyAttribute for UserId {}
///
/// impl KeyFrom<&UserId> for UserId {
///     fn scalar_from(id: &UserId) -> Scalar<'static> {
///         id.to_scalar().into_owned()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a key attribute of type `{Self}` cannot be looked up by a `{Q}`",
    label = "not a value of the key attribute"
)]
pub trait KeyFrom<Q>: KeyAttribute {
    /// The canonical form of the value looked up.
    fn scalar_from(value: Q) -> Scalar<'static>;

    /// The same, as an end of a range: refused where stored keys would not sort as their values.
    #[doc(hidden)]
    fn ordered_from(value: Q) -> Result<Scalar<'static>> {
        Ok(Self::scalar_from(value))
    }
}

/// What names one item of `R`: its partition key, a pair of partition and sort key, or a [`Key`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key of `{R}`",
    label = "expected the partition key, or `(partition key, sort key)` where the record has a sort key",
    note = "for key types of your own use `Key::new(&id)` or `Key::composite(&id, &sort)`"
)]
pub trait IntoKey<R: Record> {
    /// The key.
    fn into_key(self) -> Key<R>;
}

impl<R: Record> IntoKey<R> for Key<R> {
    fn into_key(self) -> Key<R> {
        self
    }
}

impl<R: Record> IntoKey<R> for &Key<R> {
    fn into_key(self) -> Key<R> {
        self.clone()
    }
}

// A pair for a record without a sort key would be told that `NoSortKey` cannot be looked up.
#[diagnostic::do_not_recommend]
impl<R, P, S> IntoKey<R> for (P, S)
where
    R: Record,
    R::PartitionKey: KeyFrom<P>,
    R::SortKey: KeyFrom<S>,
{
    fn into_key(self) -> Key<R> {
        Key {
            partition: R::PartitionKey::scalar_from(self.0),
            sort: Some(R::SortKey::scalar_from(self.1)),
            record: PhantomData,
        }
    }
}

macro_rules! lookups {
    ($($(#[$feature:meta])? $({$l:lifetime})? $query:ty => $key:ty, $value:ident => $owned:expr;)*) => {$(
        $(#[$feature])?
        #[diagnostic::do_not_recommend]
        impl$(<$l>)? KeyFrom<$query> for $key {
            fn scalar_from($value: $query) -> Scalar<'static> {
                let owned: $key = $owned;
                owned.to_scalar().into_owned()
            }
        }

        $(#[$feature])?
        impl<$($l,)? R> IntoKey<R> for $query
        where
            R: Record,
            R::SortKey: ImpliedSort,
            R::PartitionKey: KeyFrom<$query>,
        {
            fn into_key(self) -> Key<R> {
                Key {
                    partition: R::PartitionKey::scalar_from(self),
                    sort: R::SortKey::implied(),
                    record: PhantomData,
                }
            }
        }
    )*};
}
lookups! {
    {'q} &'q str => String, value => value.to_owned();
    {'q} &'q String => String, value => value.clone();
    String => String, value => value;
    {'q} &'q [u8] => Binary, value => Binary(value.to_owned());
    Vec<u8> => Binary, value => Binary(value);
    Binary => Binary, value => value;
    {'q} &'q Binary => Binary, value => value.clone();
    i8 => i8, value => value;
    i16 => i16, value => value;
    i32 => i32, value => value;
    i64 => i64, value => value;
    isize => isize, value => value;
    u8 => u8, value => value;
    u16 => u16, value => value;
    u32 => u32, value => value;
    u64 => u64, value => value;
    usize => usize, value => value;
    Number => Number, value => value;
    {'q} &'q Number => Number, value => value.clone();
    SystemTime => SystemTime, value => value;
    #[cfg(feature = "uuid")] uuid::Uuid => uuid::Uuid, value => value;
    #[cfg(feature = "uuid")] {'q} &'q uuid::Uuid => uuid::Uuid, value => *value;
    #[cfg(feature = "time")] time::OffsetDateTime => time::OffsetDateTime, value => value;
    #[cfg(feature = "chrono")] chrono::DateTime<chrono::Utc> => chrono::DateTime<chrono::Utc>, value => value;
    #[cfg(feature = "jiff")] jiff::Timestamp => jiff::Timestamp, value => value;
    #[cfg(feature = "rust_decimal")] rust_decimal::Decimal => rust_decimal::Decimal, value => value;
}
