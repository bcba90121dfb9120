//! How a projection's fields are read: each through the column of the record's field. It never reads
//! a field as another type than the record has it.

use super::column::Column;
use super::protection::Readable;
use crate::error::Result;
use crate::record::{ItemReader, Record};

/// A type as which the column `C` is read: the type of its field.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the record's field is not of type `{Self}`",
    label = "expected the type that the field has in the record",
    note = "it is read through `{C}`, whose second parameter is that type"
)]
pub trait ProjectedFrom<C>: Sized {
    /// The value.
    fn project(column: C, from: &mut ItemReader) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<R, T, P: Readable<T>> ProjectedFrom<Column<R, T, P>> for T {
    fn project(column: Column<R, T, P>, from: &mut ItemReader) -> Result<Self> {
        P::read(from, column.field())
    }
}

/// Reads a column as a `T`. Called by the derive macro.
#[doc(hidden)]
pub fn project<T: ProjectedFrom<C>, C>(column: C, from: &mut ItemReader) -> Result<T> {
    T::project(column, from)
}

impl<R: Record, T, P> Column<R, T, P> {
    /// Number of the field in the schema. Called by the derive macro.
    #[doc(hidden)]
    #[must_use]
    pub const fn number(self) -> usize {
        self.field()
    }

    /// Whether an item holds it. Called by the derive macro.
    #[doc(hidden)]
    #[must_use]
    pub fn is_held(self, item: &ItemReader) -> bool {
        item.has(self.field())
    }
}
