//! Places inside clear attributes: of a map by name, of a list by number. It never holds a value,
//! and names go to placeholders only.

use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use super::column::serialized;
use super::condition::{AttributeType, Comparison, Condition, Node, Operand, Size};

/// A step into a nested value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// A path without the record it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RawPath {
    pub(super) attribute: &'static str,
    pub(super) steps: Vec<Step>,
}

impl RawPath {
    pub(crate) fn attribute(name: &'static str) -> Self {
        Self { attribute: name, steps: Vec::new() }
    }

    /// Whether it is an attribute, and not a place inside one.
    pub(super) fn is_attribute(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the other is this place, or one inside it.
    pub(super) fn holds(&self, other: &Self) -> bool {
        self.attribute == other.attribute && other.steps.starts_with(&self.steps)
    }
}

impl<R> From<Path<R>> for RawPath {
    fn from(path: Path<R>) -> Self {
        path.raw
    }
}

/// A value inside a clear attribute of `R`: `columns.address.key("city")`. Its type is not known, so
/// it compares with whatever serializes.
pub struct Path<R> {
    raw: RawPath,
    record: PhantomData<fn() -> R>,
}

impl<R> Path<R> {
    pub(super) fn of(raw: RawPath) -> Self {
        Self { raw, record: PhantomData }
    }

    /// A value of a map, by its name.
    #[must_use]
    pub fn key(mut self, name: impl Into<String>) -> Self {
        self.raw.steps.push(Step::Key(name.into()));
        self
    }

    /// A value of a list, by its place from 0.
    #[must_use]
    pub fn index(mut self, at: usize) -> Self {
        self.raw.steps.push(Step::Index(at));
        self
    }

    /// Whether the value is there.
    #[must_use]
    pub fn exists(self) -> Condition<R> {
        Condition::of(Node::Exists(self.into()))
    }

    /// Whether the value is absent.
    #[must_use]
    pub fn not_exists(self) -> Condition<R> {
        Condition::of(Node::NotExists(self.into()))
    }

    /// How large the value is, as [`Column::size`](super::Column::size)(super::Column::size).
    #[must_use]
    pub fn size(self) -> Size<R> {
        Size::of(self.into())
    }

    /// Whether the value is of this DynamoDB type.
    #[must_use]
    pub fn attribute_type(self, attribute_type: AttributeType) -> Condition<R> {
        Condition::of(Node::HasType(self.into(), attribute_type))
    }

    /// Whether the value begins with this text.
    #[must_use]
    pub fn begins_with(self, prefix: &str) -> Condition<R> {
        let prefix = Operand::Value(AttributeValue::S(prefix.to_owned()));
        Condition::of(Node::BeginsWith(Operand::Path(self.into()), prefix))
    }

    /// Whether the value contains an element.
    #[must_use]
    pub fn contains(self, element: &impl serde::Serialize) -> Condition<R> {
        Condition::of(Node::Contains(Operand::Path(self.into()), serialized(element)))
    }

    fn compare(self, comparison: Comparison, value: &impl serde::Serialize) -> Condition<R> {
        Condition::of(Node::Compare(comparison, Operand::Path(self.into()), serialized(value)))
    }

    /// Whether the value equals this one.
    #[must_use]
    pub fn eq(self, value: &impl serde::Serialize) -> Condition<R> {
        self.compare(Comparison::Eq, value)
    }

    /// Whether the value differs from this one.
    #[must_use]
    pub fn ne(self, value: &impl serde::Serialize) -> Condition<R> {
        self.compare(Comparison::Ne, value)
    }

    /// Whether the value is less than this one.
    #[must_use]
    pub fn lt(self, value: &impl serde::Serialize) -> Condition<R> {
        self.compare(Comparison::Lt, value)
    }

    /// Whether the value is at most this one.
    #[must_use]
    pub fn le(self, value: &impl serde::Serialize) -> Condition<R> {
        self.compare(Comparison::Le, value)
    }

    /// Whether the value is greater than this one.
    #[must_use]
    pub fn gt(self, value: &impl serde::Serialize) -> Condition<R> {
        self.compare(Comparison::Gt, value)
    }

    /// Whether the value is at least this one.
    #[must_use]
    pub fn ge(self, value: &impl serde::Serialize) -> Condition<R> {
        self.compare(Comparison::Ge, value)
    }
}

impl<R> Clone for Path<R> {
    fn clone(&self) -> Self {
        Self::of(self.raw.clone())
    }
}

impl<R> fmt::Debug for Path<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Path").field("attribute", &self.raw.attribute).finish_non_exhaustive()
    }
}
