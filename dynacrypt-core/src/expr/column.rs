//! Typed columns: one for each stored field of a record, with what its protection allows. A column
//! never holds a value, and an encrypted one compares with nothing.

use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use super::condition::{AttributeType, Comparison, Condition, Node, Operand, Size};
use super::path::{Path, RawPath};
use super::protection::{Comparable, stored};
use super::value::{Collection, IntoValue, TextLike};
use crate::codec;
use crate::error::{Error, ErrorKind};
use crate::record::{FieldSpec, Record};

/// A field of `R` of type `T`, protected as `P` says: see [`Protection`](super::Protection).
///
/// `Record::columns()` has one for each field.
///
/// # Security
/// Comparing an encrypted column does not compile: ciphertext has no order, and no two
/// ciphertexts of one value are equal.
pub struct Column<R, T, P> {
    field: usize,
    types: PhantomData<Types<R, T, P>>,
}

type Types<R, T, P> = fn() -> (R, T, P);

impl<R, T, P> Column<R, T, P> {
    /// The column of a field by its number. Called by the derive macro.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(field: usize) -> Self {
        Self { field, types: PhantomData }
    }

    /// Number of the field in the schema.
    pub(crate) const fn field(self) -> usize {
        self.field
    }
}

impl<R, T, P> Clone for Column<R, T, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, T, P> Copy for Column<R, T, P> {}

impl<R: Record, T, P> fmt::Debug for Column<R, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Column").field(&self.name()).finish()
    }
}

fn comparand<R: Record, T, P: Comparable<T, V>, V>(field: usize, value: V) -> Operand {
    match stored::<R>(field, |out| P::write(value, out, field)) {
        Ok(Some(attribute)) => Operand::Value(attribute),
        Ok(None) => Operand::Invalid(
            Error::new(ErrorKind::InvalidRecord)
                .with_reason("an absent value is not compared with: use `exists` or `not_exists`"),
        ),
        Err(error) => Operand::Invalid(error),
    }
}

impl<R: Record, T, P> Column<R, T, P> {
    fn spec(self) -> Option<&'static FieldSpec> {
        R::SCHEMA.fields().get(self.field)
    }

    /// The attribute name in the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.spec().map_or("?", FieldSpec::name)
    }

    pub(super) fn path(self) -> Path<R> {
        Path::of(RawPath::attribute(self.name()))
    }

    /// Whether the attribute is there.
    #[must_use]
    pub fn exists(self) -> Condition<R> {
        Condition::of(Node::Exists(self.path().into()))
    }

    /// Whether the attribute is absent.
    #[must_use]
    pub fn not_exists(self) -> Condition<R> {
        Condition::of(Node::NotExists(self.path().into()))
    }
}

// Written out: an error would quote a macro that wrote them.
impl<R: Record, T, P> Column<R, T, P> {
    /// Whether the attribute equals a value.
    #[must_use]
    pub fn eq<V>(self, value: V) -> Condition<R>
    where
        P: Comparable<T, V>,
    {
        self.compare(Comparison::Eq, value)
    }

    /// Whether the attribute is there and differs from a value, or is absent.
    #[must_use]
    pub fn ne<V>(self, value: V) -> Condition<R>
    where
        P: Comparable<T, V>,
    {
        self.compare(Comparison::Ne, value)
    }

    /// Whether the attribute is less than a value: numbers by size, text and bytes by their bytes.
    #[must_use]
    pub fn lt<V>(self, value: V) -> Condition<R>
    where
        P: Comparable<T, V>,
    {
        self.compare(Comparison::Lt, value)
    }

    /// Whether the attribute is at most a value.
    #[must_use]
    pub fn le<V>(self, value: V) -> Condition<R>
    where
        P: Comparable<T, V>,
    {
        self.compare(Comparison::Le, value)
    }

    /// Whether the attribute is greater than a value.
    #[must_use]
    pub fn gt<V>(self, value: V) -> Condition<R>
    where
        P: Comparable<T, V>,
    {
        self.compare(Comparison::Gt, value)
    }

    /// Whether the attribute is at least a value.
    #[must_use]
    pub fn ge<V>(self, value: V) -> Condition<R>
    where
        P: Comparable<T, V>,
    {
        self.compare(Comparison::Ge, value)
    }

    fn compare<V>(self, comparison: Comparison, value: V) -> Condition<R>
    where
        P: Comparable<T, V>,
    {
        let value = comparand::<R, T, P, V>(self.field, value);
        Condition::of(Node::Compare(comparison, Operand::Path(self.path().into()), value))
    }

    /// Whether the attribute lies between two values, both included.
    #[must_use]
    pub fn between<V>(self, least: V, most: V) -> Condition<R>
    where
        P: Comparable<T, V>,
    {
        let least = comparand::<R, T, P, V>(self.field, least);
        let most = comparand::<R, T, P, V>(self.field, most);
        Condition::of(Node::Between(Operand::Path(self.path().into()), least, most))
    }

    /// Whether the attribute equals one of these values. At most 100; with none, the condition is
    /// `is_invalid_record` when it is sent.
    #[must_use]
    pub fn is_in<V>(self, values: impl IntoIterator<Item = V>) -> Condition<R>
    where
        P: Comparable<T, V>,
    {
        let values =
            values.into_iter().map(|value| comparand::<R, T, P, V>(self.field, value)).collect();
        Condition::of(Node::In(Operand::Path(self.path().into()), values))
    }

    /// Whether the attribute begins with this text, or these bytes.
    #[must_use]
    pub fn begins_with<V>(self, prefix: V) -> Condition<R>
    where
        P: Comparable<T, V>,
        T: TextLike,
    {
        let prefix = comparand::<R, T, P, V>(self.field, prefix);
        Condition::of(Node::BeginsWith(Operand::Path(self.path().into()), prefix))
    }

    /// Whether the attribute contains an element: one of a list or set, or a text in a text.
    #[must_use]
    pub fn contains(self, element: impl IntoValue<T::Element>) -> Condition<R>
    where
        P: Comparable<T>,
        T: Collection,
        T::Element: serde::Serialize,
    {
        let element = serialized(&element.into_value());
        Condition::of(Node::Contains(Operand::Path(self.path().into()), element))
    }

    /// How large the attribute is: bytes of a text or binary, elements of a list, map or set.
    #[must_use]
    pub fn size(self) -> Size<R>
    where
        P: Comparable<T>,
    {
        Size::of(self.path().into())
    }

    /// Whether the attribute is of this DynamoDB type.
    #[must_use]
    pub fn attribute_type(self, attribute_type: AttributeType) -> Condition<R>
    where
        P: Comparable<T>,
    {
        Condition::of(Node::HasType(self.path().into(), attribute_type))
    }

    /// A value inside the attribute, of a map, by its name. Any name may be given: it goes through a
    /// placeholder.
    #[must_use]
    pub fn key(self, name: impl Into<String>) -> Path<R>
    where
        P: Comparable<T>,
    {
        self.path().key(name)
    }

    /// A value inside the attribute, of a list, by its place from 0.
    #[must_use]
    pub fn index(self, at: usize) -> Path<R>
    where
        P: Comparable<T>,
    {
        self.path().index(at)
    }
}

/// A value without a column's type: serialized as a clear field is.
pub(super) fn serialized<T: serde::Serialize>(value: &T) -> Operand {
    match codec::to_attribute(value) {
        Ok(Some(attribute)) => Operand::Value(attribute),
        Ok(None) => Operand::Value(AttributeValue::Null(true)),
        Err(error) => Operand::Invalid(
            Error::new(ErrorKind::InvalidRecord).with_composed_reason(error.to_string()),
        ),
    }
}

/// A type that `add` can add to: a number.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` cannot be added to",
    label = "expected a number",
    note = "add elements to a set with `add_to_set`, to a list with `append`"
)]
pub trait Numeric {}
macro_rules! numeric {
    ($($ty:ty)*) => {$(impl Numeric for $ty {})*};
}
numeric!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64);
impl Numeric for crate::context::Number {}
impl<T: Numeric> Numeric for Option<T> {}
