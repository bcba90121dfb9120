//! Conditions, as a tree that knows its record. It never holds a value that was not turned into an
//! attribute first, and its `Debug` shows none.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Not;

use aws_sdk_dynamodb::types::AttributeValue;

use super::column::serialized;
use super::path::RawPath;
use crate::error::Error;

/// A condition on an item of `R`: for conditional writes and for filters.
///
/// Made by the methods of the record's columns, and joined by [`and`](Self::and),
/// [`or`](Self::or) and `!`.
pub struct Condition<R> {
    pub(super) node: Node,
    record: PhantomData<fn() -> R>,
}

#[derive(Clone)]
pub(crate) enum Node {
    Compare(Comparison, Operand, Operand),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    Exists(RawPath),
    NotExists(RawPath),
    BeginsWith(Operand, Operand),
    Contains(Operand, Operand),
    HasType(RawPath, AttributeType),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Clone)]
pub(crate) enum Operand {
    Path(RawPath),
    Size(RawPath),
    Value(AttributeValue),
    /// What could not be turned into an attribute; reported when the condition is sent.
    Invalid(Error),
}

/// A DynamoDB attribute type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttributeType {
    /// String.
    S,
    /// Number.
    N,
    /// Binary.
    B,
    /// Boolean.
    Bool,
    /// Null.
    Null,
    /// List.
    L,
    /// Map.
    M,
    /// String set.
    Ss,
    /// Number set.
    Ns,
    /// Binary set.
    Bs,
}

impl AttributeType {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
            Self::Bool => "BOOL",
            Self::Null => "NULL",
            Self::L => "L",
            Self::M => "M",
            Self::Ss => "SS",
            Self::Ns => "NS",
            Self::Bs => "BS",
        }
    }
}

impl<R> Condition<R> {
    pub(crate) fn of(node: Node) -> Self {
        Self { node, record: PhantomData }
    }

    pub(crate) fn into_node(self) -> Node {
        self.node
    }

    /// Whether both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::of(Node::And(Box::new(self.node), Box::new(other.node)))
    }

    /// Whether one of them holds, or both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::of(Node::Or(Box::new(self.node), Box::new(other.node)))
    }
}

impl<R> Not for Condition<R> {
    type Output = Self;

    fn not(self) -> Self {
        Self::of(Node::Not(Box::new(self.node)))
    }
}

impl<R> Clone for Condition<R> {
    fn clone(&self) -> Self {
        Self::of(self.node.clone())
    }
}

impl<R> fmt::Debug for Condition<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition").finish_non_exhaustive()
    }
}

/// How large an attribute is; compares with a number.
pub struct Size<R> {
    path: RawPath,
    record: PhantomData<fn() -> R>,
}

impl<R> Size<R> {
    pub(super) fn of(path: RawPath) -> Self {
        Self { path, record: PhantomData }
    }

    fn compare(self, comparison: Comparison, size: usize) -> Condition<R> {
        Condition::of(Node::Compare(comparison, Operand::Size(self.path), serialized(&size)))
    }

    /// Whether it is exactly this.
    #[must_use]
    pub fn eq(self, size: usize) -> Condition<R> {
        self.compare(Comparison::Eq, size)
    }

    /// Whether it is anything but this.
    #[must_use]
    pub fn ne(self, size: usize) -> Condition<R> {
        self.compare(Comparison::Ne, size)
    }

    /// Whether it is less than this.
    #[must_use]
    pub fn lt(self, size: usize) -> Condition<R> {
        self.compare(Comparison::Lt, size)
    }

    /// Whether it is at most this.
    #[must_use]
    pub fn le(self, size: usize) -> Condition<R> {
        self.compare(Comparison::Le, size)
    }

    /// Whether it is more than this.
    #[must_use]
    pub fn gt(self, size: usize) -> Condition<R> {
        self.compare(Comparison::Gt, size)
    }

    /// Whether it is at least this.
    #[must_use]
    pub fn ge(self, size: usize) -> Condition<R> {
        self.compare(Comparison::Ge, size)
    }
}

impl<R> fmt::Debug for Size<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Size").field("attribute", &self.path.attribute).finish_non_exhaustive()
    }
}
