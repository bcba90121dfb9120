//! Secondary indexes as typed handles: which index, and what its key is looked up by. It never
//! holds more than a number and the value looked up.

use std::fmt;
use std::marker::PhantomData;

use super::{IndexSpec, ItemReader, ItemWriter, KeyAttribute, KeyFrom, Record};
use crate::context::{Scalar, ScalarType};
use crate::error::Result;

/// A secondary index of `R` whose partition key is a `P` and whose sort key an `S` (`NoSortKey`
/// where it has none).
///
/// `Record::indexes()` has one for each index that is declared.
pub struct Index<R, P, S> {
    number: usize,
    types: Types<R, P, S>,
}

type Types<R, P, S> = PhantomData<fn() -> (R, P, S)>;

impl<R: Record, P, S> Index<R, P, S> {
    /// The index of this number in the schema. Called by the derive macro.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(number: usize) -> Self {
        Self { number, types: PhantomData }
    }

    /// The index's name in DynamoDB.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.spec().map_or("?", IndexSpec::name)
    }

    /// One partition of the index, to be queried.
    #[must_use]
    pub fn partition<Q>(self, value: Q) -> IndexPartition<R, S>
    where
        P: KeyFrom<Q>,
    {
        IndexPartition { index: self.spec(), partition: P::scalar_from(value), types: PhantomData }
    }

    fn spec(self) -> Option<&'static IndexSpec> {
        R::SCHEMA.indexes().get(self.number)
    }
}

impl<R, P, S> Clone for Index<R, P, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, P, S> Copy for Index<R, P, S> {}

impl<R: Record, P, S> fmt::Debug for Index<R, P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Index").field(&self.name()).finish()
    }
}

/// A partition of a secondary index of `R`.
pub struct IndexPartition<R, S> {
    index: Option<&'static IndexSpec>,
    partition: Scalar<'static>,
    types: PhantomData<fn() -> (R, S)>,
}

impl<R, S> IndexPartition<R, S> {
    /// The index, where the schema has it, and the value.
    pub(crate) fn into_parts(self) -> (Option<&'static IndexSpec>, Scalar<'static>) {
        (self.index, self.partition)
    }
}

impl<R, S> fmt::Debug for IndexPartition<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.index.map_or("?", IndexSpec::name);
        f.debug_struct("IndexPartition").field("index", &name).finish_non_exhaustive()
    }
}

/// A type that may be a key of a secondary index: a [`KeyAttribute`], or an `Option` of one. An item
/// without the attribute is not in the index.
///
/// A clear field that is such a key is stored in the one form that its type has as a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a secondary index",
    label = "an index key is stored in the clear and has one canonical form",
    note = "use a `String`, an integer or `Binary`, or an `Option` of these, which leaves an item without a value out of the index",
    note = "for a type of your own implement `dynacrypt::codec::ScalarValue` and `dynacrypt::record::KeyAttribute`",
    note = "a secret cannot be a key: ciphertext has no order, and equal values have unequal ciphertexts"
)]
pub trait IndexField: Sized {
    /// What the index is looked up by: the type without `Option`.
    type Key: KeyAttribute;
    /// The DynamoDB type.
    #[doc(hidden)]
    const INDEX_TYPE: ScalarType = <Self::Key as KeyAttribute>::KEY_TYPE;

    /// Writes the field.
    #[doc(hidden)]
    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()>;
    /// Reads the field.
    #[doc(hidden)]
    fn read(from: &mut ItemReader, field: usize) -> Result<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: KeyAttribute> IndexField for T {
    type Key = Self;

    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        KeyAttribute::write(self, out, field)
    }

    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        KeyAttribute::read(from, field)
    }
}

#[diagnostic::do_not_recommend]
impl<T: KeyAttribute> IndexField for Option<T> {
    type Key = T;

    fn write(&self, out: &mut ItemWriter, field: usize) -> Result<()> {
        self.as_ref().map_or(Ok(()), |value| KeyAttribute::write(value, out, field))
    }

    fn read(from: &mut ItemReader, field: usize) -> Result<Self> {
        from.optional_scalar(field)
    }
}
