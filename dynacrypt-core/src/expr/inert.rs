//! What keeps one mistake one error: columns of a record that did not compile take anything, and
//! columns of secrets have elements and beginnings that nobody can name. It never gives or stores
//! anything.

use super::column::{Column, Numeric};
use super::projected::ProjectedFrom;
use super::protection::{Assign, Comparable, InTheClear, Protection};
use super::update::Assigned;
use super::value::{Collection, IntoValue, List, TextLike};
use serde::ser::{Serialize, Serializer};
use zeroize::Zeroize;

use crate::codec::Binary;
use crate::context::Number;
use crate::error::Result;
use crate::record::{Inert, ItemReader, ItemWriter, Record};
use crate::secret::Secret;

impl Protection for Inert {}
impl InTheClear for Inert {}
impl TextLike for Inert {}
impl Numeric for Inert {}

impl<T, V> Comparable<T, V> for Inert {
    fn write(_: V, _: &mut ItemWriter, _: usize) -> Result<()> {
        Self::refuse()
    }
}

impl<T> Assign<T> for Inert {
    fn assign<R: Record>(_: usize, _: T) -> Result<Assigned> {
        Self::refuse()
    }
}

impl Collection for Inert {
    type Element = Self;
}

/// Nothing, which nobody asks for.
impl Serialize for Inert {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

// A column of secrets allows none of this, and says so once.
impl<T: Zeroize> TextLike for Secret<T> {}
impl<T: Zeroize> List for Secret<T> {}
impl<T: Zeroize> Collection for Secret<T> {
    type Element = Inert;
}

#[diagnostic::do_not_recommend]
impl<R, T> ProjectedFrom<Column<R, Inert, Inert>> for T {
    fn project(_: Column<R, Inert, Inert>, _: &mut ItemReader) -> Result<Self> {
        Inert::refuse()
    }
}

macro_rules! anything {
    ($($({$($param:tt)*})? $ty:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl$(<$($param)*>)? IntoValue<Inert> for $ty {
            fn into_value(self) -> Inert {
                Inert
            }
        }
    )*};
}
anything! {
    {T: ?Sized} &T;
    {T: Zeroize} Secret<T>;
    {T} Option<T>;
    {T} Vec<T>;
    String;
    Binary;
    Number;
    bool;
    char;
    f32;
    f64;
    i8;
    i16;
    i32;
    i64;
    isize;
    u8;
    u16;
    u32;
    u64;
    usize;
}
