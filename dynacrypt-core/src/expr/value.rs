//! What may stand for a column's value, and which types have elements or a text. It never turns a
//! value into an attribute; the column does.

use std::collections::{BTreeSet, HashSet};

use crate::codec::{Binary, Set};

/// What may be given where a value of type `T` is wanted: the value; what it holds, for an
/// `Option`; a `&str` for a `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of a column of type `{T}`",
    label = "expected a `{T}`"
)]
pub trait IntoValue<T> {
    /// The value.
    fn into_value(self) -> T;
}

impl<T> IntoValue<T> for T {
    fn into_value(self) -> T {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T> IntoValue<Option<T>> for T {
    fn into_value(self) -> Option<T> {
        Some(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoValue<String> for &str {
    fn into_value(self) -> String {
        self.to_owned()
    }
}

#[diagnostic::do_not_recommend]
impl IntoValue<Option<String>> for &str {
    fn into_value(self) -> Option<String> {
        Some(self.to_owned())
    }
}

/// A type with elements: a list, a set, and a text, whose elements are texts.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` contains nothing",
    label = "expected a list, a set or a text"
)]
pub trait Collection {
    /// What it contains.
    type Element;
}

impl Collection for String {
    type Element = String;
}

impl<T> Collection for Vec<T> {
    type Element = T;
}

impl<T> Collection for BTreeSet<T> {
    type Element = T;
}

impl<T, S> Collection for HashSet<T, S> {
    type Element = T;
}

impl<C: Collection> Collection for Set<C> {
    type Element = C::Element;
}

impl<C: Collection> Collection for Option<C> {
    type Element = C::Element;
}

/// A type that is stored as a DynamoDB list.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` cannot be appended to",
    label = "expected a list: a `Vec`, or an `Option` of one",
    note = "add elements to a set with `add_to_set`"
)]
pub trait List: Collection {}

impl<T> List for Vec<T> {}
impl<L: List> List for Option<L> {}

/// A type whose values have a beginning: a text or bytes.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` has no prefix",
    label = "expected a `String` or a `Binary`"
)]
pub trait TextLike {}

impl TextLike for String {}
impl TextLike for Binary {}
impl<T: TextLike> TextLike for Option<T> {}
