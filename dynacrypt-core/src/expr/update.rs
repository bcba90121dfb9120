//! Updates of a record, typed by its columns. Values of encrypted columns stay in their `Secret` until
//! they are sealed; this module never seals them.

use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use super::actions::{Actions, SetTo};
use super::column::{Column, Numeric, serialized};
use super::condition::Operand;
use super::path::Path;
use super::protection::{Appendable, Assign, InTheClear, SetOf};
use super::value::{Collection, IntoValue, List};
use crate::codec::{AsSet, AttributeCodec, SetElement};
use crate::error::{Error, ErrorKind, Result};
use crate::record::{ItemWriter, Record};

/// Writes a secret into a writer that is about to be sealed.
pub(crate) type SecretSource = Box<dyn FnOnce(&mut ItemWriter) -> Result<()> + Send>;

/// What an update sets a column to.
#[doc(hidden)]
pub enum Assigned {
    /// An attribute in the clear.
    Attribute(AttributeValue),
    /// Nothing: the attribute is removed.
    Absent,
    /// A value that is yet to be sealed.
    #[allow(private_interfaces, reason = "made by this module alone")]
    Secret(SecretSource),
}

impl fmt::Debug for Assigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assigned").finish_non_exhaustive()
    }
}

/// Actions of an update of a record of type `R`: what to set, remove, add, append.
///
/// An authenticated field, a key, and an encrypted field of a `whole` record are not offered: setting
/// one does not compile. A secret is sealed on its own, without reading the item.
///
/// Each place may stand in one action only, and not beside one inside it; an update needs an action
/// that changes something. Anything else is `is_invalid_request` when it is sent, before anything
/// else happens.
///
/// # Examples
/// ```
/// # extern crate dynacrypt_core as dynacrypt;
/// use std::collections::BTreeSet;
///
/// use dynacrypt::codec::AsSet;
/// use dynacrypt::expr::Update;
/// use dynacrypt::record::Record;
/// use dynacrypt::secret::Secret;
/// use dynacrypt_derive::Record;
///
/// #[derive(Record)]
/// #[dynacrypt(table = "orders")]
/// struct Order {
///     #[dynacrypt(partition_key, owner)]
///     user_id: String,
///     status: String,
///     visits: u32,
///     #[dynacrypt(with = AsSet)]
///     tags: BTreeSet<String>,
///     #[encrypted]
///     card: Option<Secret<String>>,
/// }
///
/// let order = Order::columns();
/// let update = Update::new()
///     .set(order.status, "paid")
///     .set(order.card, Secret::from("4242 4242 4242 4242"))
///     .add(order.visits, 1)
///     .add_to_set(order.tags, ["vip"]);
/// # let _ = update;
/// ```
#[must_use = "an update does nothing until it is sent"]
pub struct Update<R> {
    pub(crate) actions: Actions,
    record: PhantomData<fn() -> R>,
}

impl<R> Default for Update<R> {
    fn default() -> Self {
        Self { actions: Actions::default(), record: PhantomData }
    }
}

impl<R: Record> Update<R> {
    /// An update without actions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a column. `None` removes it, and so does an empty set.
    pub fn set<T, P: Assign<T>>(
        mut self,
        column: Column<R, T, P>,
        value: impl IntoValue<T>,
    ) -> Self {
        match P::assign::<R>(column.field(), value.into_value()) {
            Ok(Assigned::Attribute(attribute)) => {
                let value = SetTo::Value(Operand::Value(attribute));
                self.actions.set.push((column.path().into(), value));
            }
            Ok(Assigned::Absent) => self.actions.remove.push(column.path().into()),
            Ok(Assigned::Secret(secret)) => self.actions.secrets.push((column.field(), secret)),
            Err(error) => self.fail(error),
        }
        self
    }

    /// Sets a clear column where the item has none yet. `None` changes nothing. An attribute that is
    /// there as NULL counts as one.
    pub fn set_if_absent<T, P: Assign<T> + InTheClear>(
        mut self,
        column: Column<R, T, P>,
        value: impl IntoValue<T>,
    ) -> Self {
        match P::assign::<R>(column.field(), value.into_value()) {
            Ok(Assigned::Attribute(attribute)) => {
                let value = SetTo::IfAbsent(Operand::Value(attribute));
                self.actions.set.push((column.path().into(), value));
            }
            Ok(_) => {}
            Err(error) => self.fail(error),
        }
        self
    }

    /// Removes a column, which then reads as `None`.
    pub fn remove<T, P: Assign<Option<T>>>(mut self, column: Column<R, Option<T>, P>) -> Self {
        self.actions.remove.push(column.path().into());
        self
    }

    /// Adds to a number; an absent one counts as 0. A negative number subtracts. The attribute must
    /// be a number, or absent.
    ///
    /// Where an answer of DynamoDB's is lost, the SDK sends the request again, and the number is added
    /// twice. Where that matters, expect a version, set a condition, or use a
    /// [transaction](crate::repository::Transaction), which is sent again without harm.
    #[expect(clippy::needless_pass_by_value, reason = "a number reads best without a reference")]
    pub fn add<T: Numeric, P: InTheClear, N: serde::Serialize + Numeric>(
        mut self,
        column: Column<R, T, P>,
        number: N,
    ) -> Self {
        match serialized(&number) {
            Operand::Value(AttributeValue::N(number)) => {
                let number = Operand::Value(AttributeValue::N(number));
                self.actions.add.push((column.path().into(), number));
            }
            Operand::Invalid(error) => self.fail(error),
            _ => self.fail(invalid("only a number is added to a number")),
        }
        self
    }

    /// Adds elements to a set; those that it has stay, and an absent set counts as empty. Without
    /// elements it changes nothing.
    ///
    /// The attribute must be a DynamoDB set of their kind, or absent: a [`Set`](crate::codec::Set)
    /// that was stored empty is a list, and DynamoDB refuses the update.
    pub fn add_to_set<T, P, V>(
        mut self,
        column: Column<R, T, P>,
        elements: impl IntoIterator<Item = V>,
    ) -> Self
    where
        T: Collection<Element: SetElement + Clone + PartialEq>,
        P: SetOf<T>,
        V: IntoValue<T::Element>,
    {
        if let Some(set) = self.set_of::<T, V>(elements) {
            self.actions.add.push((column.path().into(), set));
        }
        self
    }

    /// Takes elements out of a set; those that it does not have are no error. A set that gets empty
    /// becomes absent. Without elements it changes nothing.
    ///
    /// The attribute must be a DynamoDB set of their kind, or absent.
    pub fn delete_from_set<T, P, V>(
        mut self,
        column: Column<R, T, P>,
        elements: impl IntoIterator<Item = V>,
    ) -> Self
    where
        T: Collection<Element: SetElement + Clone + PartialEq>,
        P: SetOf<T>,
        V: IntoValue<T::Element>,
    {
        if let Some(set) = self.set_of::<T, V>(elements) {
            self.actions.delete.push((column.path().into(), set));
        }
        self
    }

    fn set_of<T, V>(&mut self, elements: impl IntoIterator<Item = V>) -> Option<Operand>
    where
        T: Collection<Element: SetElement + Clone + PartialEq>,
        V: IntoValue<T::Element>,
    {
        let elements: Vec<T::Element> = elements.into_iter().map(V::into_value).collect();
        match AsSet::to_attribute(&elements) {
            Ok(set) => set.map(Operand::Value),
            Err(error) => {
                let invalid = Error::new(ErrorKind::InvalidRecord);
                self.fail(invalid.with_composed_reason(error.to_string()));
                None
            }
        }
    }

    /// Sets a value inside a clear column. What holds the place must be there.
    pub fn set_path(mut self, path: Path<R>, value: &impl serde::Serialize) -> Self {
        self.actions.set.push((path.into(), SetTo::Value(serialized(value))));
        self
    }

    /// Sets a value inside a clear column where there is none yet. What holds the place must be
    /// there.
    pub fn set_path_if_absent(mut self, path: Path<R>, value: &impl serde::Serialize) -> Self {
        self.actions.set.push((path.into(), SetTo::IfAbsent(serialized(value))));
        self
    }

    /// Removes a value inside a clear column.
    pub fn remove_path(mut self, path: Path<R>) -> Self {
        self.actions.remove.push(path.into());
        self
    }

    /// Puts elements after those of a list; an absent list counts as empty.
    pub fn append<T: List, P: Appendable, V: IntoValue<T::Element>>(
        mut self,
        column: Column<R, T, P>,
        elements: impl IntoIterator<Item = V>,
    ) -> Self
    where
        T::Element: serde::Serialize,
    {
        let list = list_of::<T, V>(elements);
        self.actions.set.push((column.path().into(), SetTo::Append(list)));
        self
    }

    /// Puts elements before those of a list; an absent list counts as empty.
    pub fn prepend<T: List, P: Appendable, V: IntoValue<T::Element>>(
        mut self,
        column: Column<R, T, P>,
        elements: impl IntoIterator<Item = V>,
    ) -> Self
    where
        T::Element: serde::Serialize,
    {
        let list = list_of::<T, V>(elements);
        self.actions.set.push((column.path().into(), SetTo::Prepend(list)));
        self
    }

    fn fail(&mut self, error: Error) {
        self.actions.error.get_or_insert(error);
    }
}

fn list_of<T: Collection, V: IntoValue<T::Element>>(
    elements: impl IntoIterator<Item = V>,
) -> Operand
where
    T::Element: serde::Serialize,
{
    let elements: Vec<T::Element> = elements.into_iter().map(V::into_value).collect();
    serialized(&elements)
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidRecord).with_reason(reason)
}

impl<R> fmt::Debug for Update<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update").finish_non_exhaustive()
    }
}
