//! What only code written by the derive macro calls: keys by way of the record they belong to, and
//! what stands in for a record that did not compile. It never decides which type may be a key.
//!
//! A key's type is asked for in `Record::PartitionKey` and `Record::SortKey`. Were generated code
//! to ask `KeyAttribute` of the same type again, a type that cannot be a key would be reported
//! twice.

use std::borrow::Cow;

use super::{
    FieldKind, FieldSpec, ImpliedSort, IndexSpec, ItemReader, ItemWriter, KeyAttribute, KeyFrom,
    Record, SortKey, Template,
};
use crate::codec::{Mismatch, ScalarValue};
use crate::context::{Scalar, ScalarType};
use crate::error::{Error, ErrorKind, Result};

// A type that implements the right trait with the wrong `TYPE` is noticed while the schema is
// evaluated, that is, when the record is compiled. `track_caller` has rustc point at the call,
// which the macro places on the user's field.
impl FieldSpec {
    /// The partition key of `R`, of its type.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn partition_key<R: Record>(name: &'static str) -> Self {
        let key_type = <R::PartitionKey as KeyAttribute>::KEY_TYPE;
        refuse_bool(key_type);
        Self::new(name, FieldKind::PartitionKey(key_type))
    }

    /// The sort key of `R`, of its type.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn sort_key<R: Record>(name: &'static str) -> Self {
        match <R::SortKey as SortKey>::SORT_TYPE {
            Some(key_type) => {
                refuse_bool(key_type);
                Self::new(name, FieldKind::SortKey(key_type))
            }
            // Not called for a record without one.
            None => Self::new(name, FieldKind::Clear),
        }
    }

    /// The same field, as the one that holds the owner: `#[dynacrypt(owner)]`.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn owner(self) -> Self {
        let comparable = matches!(
            self.kind(),
            FieldKind::PartitionKey(ScalarType::S | ScalarType::N)
                | FieldKind::SortKey(ScalarType::S | ScalarType::N)
                | FieldKind::Owner(ScalarType::S | ScalarType::N)
        );
        assert!(
            comparable,
            "an owner is compared with the id of a principal: it is a string or a number"
        );
        self.holding_owner()
    }
}

impl Template {
    /// Refuses a field of a type that has no text to stand in a key.
    #[doc(hidden)]
    #[track_caller]
    pub const fn takes(field_type: ScalarType) {
        assert!(
            matches!(field_type, ScalarType::S | ScalarType::N),
            "a field of a key template is a string or a number"
        );
    }
}

impl IndexSpec {
    /// The type of an index's key.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn key(field: usize, key_type: ScalarType) -> (usize, ScalarType) {
        refuse_bool(key_type);
        (field, key_type)
    }
}

#[track_caller]
const fn refuse_bool(key_type: ScalarType) {
    assert!(
        !matches!(key_type, ScalarType::Bool),
        "DynamoDB keys are strings, numbers or binaries, not booleans"
    );
}

impl ItemWriter {
    /// Writes the partition key.
    #[doc(hidden)]
    pub fn partition_key<R: Record>(&mut self, key: &R::PartitionKey, field: usize) -> Result<()> {
        KeyAttribute::write(key, self, field)
    }

    /// Writes the sort key.
    #[doc(hidden)]
    pub fn sort_key<R: Record>(&mut self, key: &R::SortKey, field: usize) -> Result<()> {
        SortKey::write(key, self, field)
    }
}

impl ItemReader {
    /// Reads the partition key.
    #[doc(hidden)]
    pub fn partition_key<R: Record>(&mut self, field: usize) -> Result<R::PartitionKey> {
        KeyAttribute::read(self, field)
    }

    /// Reads the sort key.
    #[doc(hidden)]
    pub fn sort_key<R: Record>(&mut self, field: usize) -> Result<R::SortKey> {
        SortKey::read(self, field)
    }
}

/// Stands in for the key of a record that did not compile. It can be looked up by anything, so that
/// the record's own errors are the only ones.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Inert;

impl Inert {
    /// What the methods of such a record return.
    ///
    /// # Errors
    /// Always.
    pub fn refuse<T>() -> Result<T> {
        Err(Error::new(ErrorKind::InvalidRecord).with_reason("the record did not compile"))
    }
}

impl ScalarValue for Inert {
    const TYPE: ScalarType = ScalarType::S;

    fn to_scalar(&self) -> Scalar<'_> {
        Scalar::S(Cow::Borrowed(""))
    }

    fn from_scalar(_: Scalar<'_>) -> Result<Self, Mismatch> {
        Err(Mismatch)
    }
}

impl KeyAttribute for Inert {}

impl ImpliedSort for Inert {
    fn implied() -> Option<Scalar<'static>> {
        None
    }
}

impl<Q> KeyFrom<Q> for Inert {
    fn scalar_from(_: Q) -> Scalar<'static> {
        Scalar::S(Cow::Borrowed(""))
    }
}
