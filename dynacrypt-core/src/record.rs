//! What a record is: its schema, its key, and the traits that decide which types may stand in which
//! field. It never encrypts and never talks to a service.

mod fields;
mod generated;
mod index;
mod key;
mod leading;
mod parts;
mod projection;
mod range;
mod roles;
mod schema;
mod template;
mod was;

pub use fields::{
    AuthenticatedField, ClearField, CodedField, EncryptedField, KeyAttribute, NullableField,
    OwnerField, SecretValue,
};
#[doc(hidden)]
pub use generated::Inert;
pub use index::{Index, IndexField, IndexPartition};
pub use key::{ImpliedSort, IntoKey, Key, KeyFrom, NoSortKey, SortKey};
pub use leading::{FirstText, KeyPrefix, LeadingFrom};
pub(crate) use parts::{Attributes, Room};
pub use parts::{ItemReader, ItemWriter, Stamp};
pub use projection::Projection;
pub(crate) use range::{Edge, KeyRange, SortRange};
pub use roles::{TimeField, TtlField, VersionField};
pub use schema::{
    FieldKind, FieldRole, FieldSpec, HEADER_ATTRIBUTE, IndexHolds, IndexSpec, Schema,
};
pub(crate) use template::escape;
pub use template::{FieldsFrom, KeyTemplate, NoFields, Segment, Template, Templated};
pub use was::{LegacyField, LegacySpec};

use crate::error::Result;

/// A struct that maps to items of a table. Implemented by `#[derive(Record)]`, and by nothing else.
///
/// # Examples
/// ```
/// # extern crate dynacrypt_core as dynacrypt;
/// # mod demo {
/// # use dynacrypt_core::record::Record;
/// fn logical_table<R: Record>() -> &'static str {
///     R::SCHEMA.table()
/// }
/// # }
/// ```
///
/// # Security
/// The hidden methods handle plaintext. An implementation by hand could store a secret in the
/// clear; the derive's cannot, because it goes through [`ClearField`] and [`EncryptedField`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record",
    label = "not a record",
    note = "add `#[derive(dynacrypt::Record)]` to the struct"
)]
pub trait Record: Sized {
    /// Type of the partition key field.
    type PartitionKey: KeyAttribute;
    /// Type of the sort key field, or [`NoSortKey`].
    type SortKey: SortKey;
    /// The columns: one for each field that is stored in an attribute of its own, under the
    /// field's name and with its visibility.
    type Columns;
    /// The secondary indexes: an [`Index`] for each that the struct declares, under its name.
    type Indexes;
    /// Table, attributes and what each of them is.
    const SCHEMA: &'static Schema;

    /// The columns, for conditions, filters, updates and projections.
    fn columns() -> Self::Columns;

    /// The secondary indexes, to be queried.
    fn indexes() -> Self::Indexes;

    /// Puts each field where it belongs.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter) -> Result<()>;

    /// Takes each field from where it belongs.
    #[doc(hidden)]
    fn read(from: &mut ItemReader) -> Result<Self>;

    /// Sets what the repository set in the item it stored: version, times.
    #[doc(hidden)]
    fn stamp(&mut self, _: &Stamp) {}
}
