//! What an action of a transaction demands of the item it meets, beyond the owner check. It never
//! says it in text.

use std::fmt;

use crate::expr::Condition;
use crate::record::Record;
use crate::store::Terms;

/// What an action demands of the item it meets. A [`Condition`] is one, too.
///
/// # Examples
/// ```
/// # extern crate dynacrypt_core as dynacrypt;
/// use dynacrypt::record::Record;
/// use dynacrypt::repository::When;
/// use dynacrypt_derive::Record;
///
/// #[derive(Record)]
/// #[dynacrypt(table = "stock")]
/// struct Stock {
///     #[dynacrypt(partition_key)]
///     article: String,
///     left: u32,
/// }
///
/// let columns = Stock::columns();
/// let when = When::new().condition(columns.left.ge(3)).return_existing();
/// # let _: When<Stock> = when;
/// ```
#[must_use]
pub struct When<R> {
    pub(super) terms: Terms<R>,
}

impl<R> When<R> {
    /// No demand: only what the action itself demands.
    pub fn new() -> Self {
        Self { terms: Terms::NONE }
    }

    /// Demands that a condition holds, too.
    pub fn condition(mut self, condition: Condition<R>) -> Self {
        self.terms.demand(condition);
        self
    }

    /// Demands this version of the item; 0: none yet.
    pub fn expect_version(mut self, version: u64) -> Self {
        self.terms.version = Some(version);
        self
    }

    /// Has the error tell the item as it is, if it is the principal's and stood against the action:
    /// [`Error::existing`](crate::error::Error::existing) of the action's reason.
    pub fn return_existing(mut self) -> Self {
        self.terms.return_existing = true;
        self
    }
}

impl<R> Default for When<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> From<Condition<R>> for When<R> {
    fn from(condition: Condition<R>) -> Self {
        Self::new().condition(condition)
    }
}

impl<R> Clone for When<R> {
    fn clone(&self) -> Self {
        Self { terms: self.terms.clone() }
    }
}

impl<R: Record> fmt::Debug for When<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("When").field("record", &R::SCHEMA.record()).finish_non_exhaustive()
    }
}
