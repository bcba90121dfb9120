//! How fields are stored, as types, and what each of them allows: comparing, setting alone, reading.
//! It never seals, and an encrypted field compares with nothing.

use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use super::update::Assigned;
use super::value::IntoValue;
use crate::codec::{AsSet, Set};
use crate::error::Result;
use crate::record::{
    AuthenticatedField, ClearField, CodedField, EncryptedField, IndexField, ItemReader, ItemWriter,
    KeyAttribute, Record, TimeField, TtlField, VersionField,
};

/// How a column's field is stored.
pub trait Protection {}

/// In the clear: compares, and can be set alone.
#[derive(Debug)]
#[non_exhaustive]
pub struct Clear;

/// In the clear, as the codec `C` stores it: compares, and can be set alone.
#[derive(Debug)]
#[non_exhaustive]
pub struct Coded<C>(PhantomData<fn() -> C>);

/// In the clear, in the one form of a key, since a secondary index is looked up by it: compares, and
/// can be set alone.
#[derive(Debug)]
#[non_exhaustive]
pub struct Indexed;

/// In the clear and bound: compares, and is set by a put of the whole record.
#[derive(Debug)]
#[non_exhaustive]
pub struct Authenticated;

/// The primary key's partition or sort key: compares, and never changes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Key;

/// Part of a key that a template makes, as the template's field of this number: is looked up by the
/// key, and never changes.
#[derive(Debug)]
#[non_exhaustive]
pub struct InKey<const SEGMENT: usize>;

/// As ciphertext: is there or not, and can be set alone.
#[derive(Debug)]
#[non_exhaustive]
pub struct Encrypted;

/// As ciphertext, of a `whole` record: is there or not, and is set by a put of the whole record.
#[derive(Debug)]
#[non_exhaustive]
pub struct Whole;

/// Set by the repository itself: the version. Compares.
#[derive(Debug)]
#[non_exhaustive]
pub struct Managed;

/// Set by the repository itself: created, updated. Compares.
#[derive(Debug)]
#[non_exhaustive]
pub struct ManagedTime;

/// When DynamoDB may delete the item. Compares, and can be set alone.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ttl;

impl Protection for Clear {}
impl<C> Protection for Coded<C> {}
impl Protection for Indexed {}
impl Protection for Authenticated {}
impl Protection for Key {}
impl<const SEGMENT: usize> Protection for InKey<SEGMENT> {}
impl Protection for Encrypted {}
impl Protection for Whole {}
impl Protection for Managed {}
impl Protection for ManagedTime {}
impl Protection for Ttl {}

/// A protection under which a column's value can be compared: it is stored in the clear.
#[diagnostic::on_unimplemented(
    message = "a column that is stored as `{Self}` does not compare",
    label = "only `exists()` and `not_exists()` work on this column",
    note = "ciphertext has no order, and equal values have unequal ciphertexts",
    note = "read the record and compare its `Secret` with `ct_eq`, or store what you search for in a clear or authenticated field beside it",
    note = "a field of a key template is looked up and queried by the key"
)]
// The value's type is a parameter, and not asked for at the methods: what does not compare is then one
// error, whatever it was compared with.
pub trait Comparable<T, V = T>: Protection {
    /// Writes a value as it would be stored.
    #[doc(hidden)]
    fn write(value: V, out: &mut ItemWriter, field: usize) -> Result<()>;
}

macro_rules! comparable {
    ($($({$($param:tt)*})? $protection:ty => $field:path;)*) => {$(
        impl<$($($param)*,)? T: $field, V: IntoValue<T>> Comparable<T, V> for $protection {
            fn write(value: V, out: &mut ItemWriter, field: usize) -> Result<()> {
                value.into_value().write(out, field)
            }
        }
    )*};
}
comparable! {
    Clear => ClearField;
    {C} Coded<C> => CodedField<C>;
    Indexed => IndexField;
    Managed => VersionField;
    ManagedTime => TimeField;
    Ttl => TtlField;
    Authenticated => AuthenticatedField;
    Key => AuthenticatedField;
}

/// A protection under which a column can be set without the rest of the record.
#[diagnostic::on_unimplemented(
    message = "a column that is stored as `{Self}` cannot be set by an update",
    label = "this column is not set alone",
    note = "an authenticated field, and an encrypted field of a `whole` record, is bound to the rest of the record: put the whole record",
    note = "a key never changes: put the record under its new key, and delete the old one",
    note = "the repository itself sets version, created and updated"
)]
pub trait Assign<T>: Protection {
    /// What an update sets.
    #[doc(hidden)]
    fn assign<R: Record>(field: usize, value: T) -> Result<Assigned>;
}

macro_rules! assign {
    ($($({$($param:tt)*})? $protection:ty => $field:path;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($($param)*,)? T: $field> Assign<T> for $protection {
            fn assign<R: Record>(field: usize, value: T) -> Result<Assigned> {
                Ok(stored::<R>(field, |out| value.write(out, field))?
                    .map_or(Assigned::Absent, Assigned::Attribute))
            }
        }
    )*};
}
assign! {
    Clear => ClearField;
    {C} Coded<C> => CodedField<C>;
    Indexed => IndexField;
    Ttl => TtlField;
}

#[diagnostic::do_not_recommend]
impl<T: EncryptedField + Send + 'static> Assign<T> for Encrypted {
    fn assign<R: Record>(field: usize, value: T) -> Result<Assigned> {
        Ok(Assigned::Secret(Box::new(move |out: &mut ItemWriter| value.write(out, field))))
    }
}

/// A protection under which values stand in the clear, as attributes.
#[diagnostic::on_unimplemented(
    message = "a column that is stored as `{Self}` is not in the clear",
    label = "not a clear column",
    note = "whether an encrypted field is there can be a condition of the update: `not_exists()`"
)]
pub trait InTheClear: Protection {}

impl InTheClear for Clear {}
impl<C> InTheClear for Coded<C> {}
impl InTheClear for Indexed {}
impl InTheClear for Ttl {}

/// A protection under which a list can be made longer.
#[diagnostic::on_unimplemented(
    message = "a column that is stored as `{Self}` cannot be appended to",
    label = "nothing is appended to this column",
    note = "ciphertext is replaced as a whole: read the record, change the list, and `set` the column to the new `Secret`",
    note = "elements of a set are added by `add_to_set`"
)]
pub trait Appendable: Protection {}

impl Appendable for Clear {}

/// A column that is a DynamoDB set.
#[diagnostic::on_unimplemented(
    message = "a column of type `{T}` is not a DynamoDB set",
    label = "not a set",
    note = "make it one by `#[dynacrypt(with = dynacrypt::codec::AsSet)]`, or by the type `dynacrypt::codec::Set<…>`: other collections are stored as lists"
)]
pub trait SetOf<T>: Protection {}

impl<T> SetOf<T> for Coded<AsSet> {}
impl<C> SetOf<Set<C>> for Clear {}
impl<C> SetOf<Option<Set<C>>> for Clear {}

/// How the value of a column is read from an opened item, for projections.
#[doc(hidden)]
pub trait Readable<T>: Protection {
    /// The value.
    fn read(from: &mut ItemReader, field: usize) -> Result<T>;
}

impl<T: KeyAttribute, const SEGMENT: usize> Readable<T> for InKey<SEGMENT> {
    fn read(from: &mut ItemReader, field: usize) -> Result<T> {
        T::read_segment(from, field, SEGMENT)
    }
}

macro_rules! readable {
    ($($protection:ident $field:ident;)*) => {$(
        impl<T: $field> Readable<T> for $protection {
            fn read(from: &mut ItemReader, field: usize) -> Result<T> {
                T::read(from, field)
            }
        }
    )*};
}
readable! {
    Clear ClearField;
    Indexed IndexField;
    Managed VersionField;
    ManagedTime TimeField;
    Ttl TtlField;
    Authenticated AuthenticatedField;
    Key AuthenticatedField;
    Encrypted EncryptedField;
    Whole EncryptedField;
}

impl<T: CodedField<C>, C> Readable<T> for Coded<C> {
    fn read(from: &mut ItemReader, field: usize) -> Result<T> {
        T::read(from, field)
    }
}

/// The attribute that a field's writer writes; `None` where it writes none.
pub(super) fn stored<R: Record>(
    field: usize,
    write: impl FnOnce(&mut ItemWriter) -> Result<()>,
) -> Result<Option<AttributeValue>> {
    let mut writer = ItemWriter::clear_only(R::SCHEMA);
    write(&mut writer)?;
    Ok(writer.take(field))
}
