//! Parts of records: which fields, and how they are read from an opened item. It never fills a field
//! that was not asked for.

use super::{ItemReader, Record};
use crate::error::Result;

/// A part of a record, read without the rest. Implemented by `#[derive(Projection)]`, and by nothing
/// else.
///
/// A projection is a type of its own, so that no record is half filled.
///
/// # Examples
/// ```
/// # extern crate dynacrypt_core as dynacrypt;
/// use dynacrypt::record::Projection;
/// use dynacrypt::secret::Secret;
/// use dynacrypt_derive::{Projection, Record};
///
/// #[derive(Record)]
/// #[dynacrypt(table = "orders")]
/// struct Order {
///     #[dynacrypt(partition_key, owner)]
///     user_id: String,
///     #[dynacrypt(sort_key)]
///     number: u32,
///     total: u64,
///     #[encrypted]
///     card: Secret<String>,
///     #[encrypted]
///     address: Secret<String>,
/// }
///
/// #[derive(Projection)]
/// #[dynacrypt(record = Order)]
/// struct OrderLine {
///     number: u32,
///     total: u64,
/// }
///
/// assert_eq!(OrderLine::attributes(), ["_dc", "user_id", "number", "total"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection",
    label = "not a projection",
    note = "add `#[derive(dynacrypt::Projection)]` and `#[dynacrypt(record = …)]` to the struct"
)]
pub trait Projection: Sized {
    /// The record that it is a part of.
    type Record: Record;

    /// Numbers of the fields that it reads.
    #[doc(hidden)]
    fn fields() -> Vec<usize>;

    /// Takes each field from where it belongs.
    #[doc(hidden)]
    fn read(from: &mut ItemReader) -> Result<Self>;

    /// Names of the attributes that an item must hold to be opened to this: those that it reads, and
    /// those that authenticate it. What a projection expression lists.
    #[must_use]
    fn attributes() -> Vec<&'static str> {
        Self::Record::SCHEMA.attributes_of(&Self::fields())
    }
}
