//! Update actions of a record, as a list, and their text. Values of encrypted columns stay in their
//! `Secret` until they are sealed; this module never seals them.

use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use super::column::{Column, Numeric, serialized};
use super::condition::Operand;
use super::path::{Path, RawPath};
use super::protection::{Assign, Clear};
use super::render::Placeholders;
use super::value::{Collection, IntoValue};
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
/// Each column may stand in one action only; DynamoDB refuses more, and so does sending it
/// (`is_invalid_record`).
#[must_use = "an update does nothing until it is sent"]
pub struct Update<R> {
    pub(crate) actions: Actions,
    record: PhantomData<fn() -> R>,
}

#[derive(Default)]
pub(crate) struct Actions {
    pub(crate) set: Vec<(RawPath, SetTo)>,
    pub(crate) remove: Vec<RawPath>,
    pub(crate) add: Vec<(RawPath, Operand)>,
    pub(crate) delete: Vec<(RawPath, Operand)>,
    /// Encrypted fields by number, to be sealed and then set.
    pub(crate) secrets: Vec<(usize, SecretSource)>,
    pub(crate) error: Option<Error>,
}

pub(crate) enum SetTo {
    Value(Operand),
    IfAbsent(Operand),
    Append(Operand),
    Prepend(Operand),
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

    /// Sets a column. `None` removes it.
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

    /// Sets a clear column where the item has none yet.
    pub fn set_if_absent<T>(mut self, column: Column<R, T, Clear>, value: impl IntoValue<T>) -> Self
    where
        Clear: Assign<T>,
    {
        match Clear::assign::<R>(column.field(), value.into_value()) {
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

    /// Adds to a number; an absent one counts as 0. A negative number subtracts.
    pub fn add<T: Numeric, N: serde::Serialize + Numeric>(
        mut self,
        column: Column<R, T, Clear>,
        number: N,
    ) -> Self {
        self.actions.add.push((column.path().into(), serialized(&number)));
        self
    }

    /// Sets a value inside a clear column.
    pub fn set_path(mut self, path: Path<R>, value: &impl serde::Serialize) -> Self {
        self.actions.set.push((path.into(), SetTo::Value(serialized(value))));
        self
    }

    /// Sets a value inside a clear column where there is none yet.
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
    pub fn append<T: Collection>(
        mut self,
        column: Column<R, T, Clear>,
        elements: impl IntoIterator<Item = T::Element>,
    ) -> Self
    where
        T::Element: serde::Serialize,
    {
        let elements: Vec<T::Element> = elements.into_iter().collect();
        let list = serialized(&elements);
        self.actions.set.push((column.path().into(), SetTo::Append(list)));
        self
    }

    /// Puts elements before those of a list; an absent list counts as empty.
    pub fn prepend<T: Collection>(
        mut self,
        column: Column<R, T, Clear>,
        elements: impl IntoIterator<Item = T::Element>,
    ) -> Self
    where
        T::Element: serde::Serialize,
    {
        let elements: Vec<T::Element> = elements.into_iter().collect();
        let list = serialized(&elements);
        self.actions.set.push((column.path().into(), SetTo::Prepend(list)));
        self
    }

    fn fail(&mut self, error: Error) {
        self.actions.error.get_or_insert(error);
    }
}

impl<R> fmt::Debug for Update<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update").finish_non_exhaustive()
    }
}

impl Actions {
    /// The text of the actions. Secrets must have been sealed and moved to `set`.
    pub(crate) fn render(&self, placeholders: &mut Placeholders) -> Result<String> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        let operand = |placeholders: &mut Placeholders, operand: &Operand| match operand {
            Operand::Value(value) => Ok(placeholders.value(value.clone())),
            Operand::Invalid(error) => Err(error.clone()),
            Operand::Path(_) | Operand::Size(_) => Err(Error::new(ErrorKind::InvalidRecord)),
        };
        let mut clauses = Vec::new();
        let mut set = Vec::new();
        for (path, value) in &self.set {
            let path = placeholders.path(path);
            set.push(match value {
                SetTo::Value(value) => format!("{path} = {}", operand(placeholders, value)?),
                SetTo::IfAbsent(value) => {
                    format!("{path} = if_not_exists({path}, {})", operand(placeholders, value)?)
                }
                SetTo::Append(list) | SetTo::Prepend(list) => {
                    let list = operand(placeholders, list)?;
                    let empty = placeholders.value(AttributeValue::L(Vec::new()));
                    let old = format!("if_not_exists({path}, {empty})");
                    if matches!(value, SetTo::Append(_)) {
                        format!("{path} = list_append({old}, {list})")
                    } else {
                        format!("{path} = list_append({list}, {old})")
                    }
                }
            });
        }
        let pairs = |placeholders: &mut Placeholders, pairs: &[(RawPath, Operand)]| {
            pairs
                .iter()
                .map(|(path, value)| {
                    let path = placeholders.path(path);
                    Ok(format!("{path} {}", operand(placeholders, value)?))
                })
                .collect::<Result<Vec<_>>>()
        };
        let remove: Vec<String> = self.remove.iter().map(|path| placeholders.path(path)).collect();
        let add = pairs(placeholders, &self.add)?;
        let delete = pairs(placeholders, &self.delete)?;
        for (keyword, list) in [("SET", set), ("REMOVE", remove), ("ADD", add), ("DELETE", delete)]
        {
            if !list.is_empty() {
                clauses.push(format!("{keyword} {}", list.join(", ")));
            }
        }
        Ok(clauses.join(" "))
    }
}
