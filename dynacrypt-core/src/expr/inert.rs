//! What keeps one mistake one error: columns of a record that did not compile take anything, and
//! columns of secrets have the elements and beginnings of what they hold, which none of their methods
//! reaches. It never gives or stores anything.

use zeroize::Zeroize;

use super::column::Numeric;
use super::projected::ProjectedFrom;
use super::protection::{Assign, Comparable, InTheClear, Protection, Readable};
use super::update::Assigned;
use super::value::{Collection, List, TextLike};
use crate::error::Result;
use crate::record::{Inert, ItemReader, ItemWriter, Record};
use crate::secret::Secret;

impl Protection for Inert {}
impl InTheClear for Inert {}

#[diagnostic::do_not_recommend]
impl TextLike for Inert {}

#[diagnostic::do_not_recommend]
impl Numeric for Inert {}

#[diagnostic::do_not_recommend]
impl Collection for Inert {
    type Element = String;
}

#[diagnostic::do_not_recommend]
impl<T, V> Comparable<T, V> for Inert {
    fn write(_: V, _: &mut ItemWriter, _: usize) -> Result<()> {
        Self::refuse()
    }
}

#[diagnostic::do_not_recommend]
impl<T> Assign<T> for Inert {
    fn assign<R: Record>(_: usize, _: T) -> Result<Assigned> {
        Self::refuse()
    }
}

#[diagnostic::do_not_recommend]
impl<T> Readable<T> for Inert {
    fn read(_: &mut ItemReader, _: usize) -> Result<T> {
        Self::refuse()
    }
}

// With one implementation alone, rustc would take the column's type from the field's, and find fault with
// the column.
#[diagnostic::do_not_recommend]
impl<T> ProjectedFrom<Inert> for T {
    fn project(_: Inert, _: &mut ItemReader) -> Result<Self> {
        Inert::refuse()
    }
}

// That ciphertext has none of this is said by its protection, and once.
#[diagnostic::do_not_recommend]
impl<T: Zeroize + TextLike> TextLike for Secret<T> {}

#[diagnostic::do_not_recommend]
impl<T: Zeroize + List> List for Secret<T> {}

#[diagnostic::do_not_recommend]
impl<T: Zeroize + Collection> Collection for Secret<T> {
    type Element = T::Element;
}
