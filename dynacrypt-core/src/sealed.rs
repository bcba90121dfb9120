//! Items whose secrets are ciphertext: what may go to a table, and what came from one. It never
//! holds plaintext of an encrypted field, and only the `item` module makes one.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::record::{Attributes, FieldSpec, Key, Record};

/// An item of `R` whose encrypted fields are ciphertext. Only
/// [`Sealer::seal`](crate::seal::Sealer::seal) makes one.
///
/// The repository stores these; code of your own that calls DynamoDB itself takes one apart with
/// [`into_item`](Self::into_item).
///
/// # Security
/// It holds clear fields and ciphertext, never plaintext of an encrypted field. `Debug` shows
/// attribute names alone.
pub struct Sealed<R> {
    item: Attributes,
    record: PhantomData<fn() -> R>,
}

impl<R> Sealed<R> {
    pub(crate) fn assemble(item: Attributes) -> Self {
        Self { item, record: PhantomData }
    }

    pub(crate) fn attributes(&self) -> &Attributes {
        &self.item
    }

    /// The item, ready for DynamoDB.
    ///
    /// # Security
    /// What writes it is then outside the owner checks of the repository.
    #[must_use]
    pub fn into_item(self) -> HashMap<String, AttributeValue> {
        self.item
    }
}

impl<R: Record> fmt::Debug for Sealed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Sealed", R::SCHEMA.table(), &self.item)
    }
}

/// Encrypted fields of an update, sealed for the item of one key: a field's new attribute, or `None`
/// where it is to be absent. Only the `item` module makes them.
pub(crate) struct SealedFields<R> {
    key: Key<R>,
    fields: Vec<(&'static FieldSpec, Option<AttributeValue>)>,
}

impl<R> SealedFields<R> {
    pub(crate) fn assemble(
        key: Key<R>,
        fields: Vec<(&'static FieldSpec, Option<AttributeValue>)>,
    ) -> Self {
        Self { key, fields }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The key that they were sealed for, and the attributes.
    pub(crate) fn into_parts(self) -> (Key<R>, Vec<(&'static FieldSpec, Option<AttributeValue>)>) {
        (self.key, self.fields)
    }
}

/// An item as the table gave it, for a principal who may have it. Not opened yet, so nothing in it
/// can be trusted yet.
pub struct Unopened<R> {
    key: Key<R>,
    item: Attributes,
}

impl<R> Unopened<R> {
    pub(crate) fn new(key: Key<R>, item: Attributes) -> Self {
        Self { key, item }
    }

    pub(crate) fn attributes(&self) -> &Attributes {
        &self.item
    }

    /// The key that was asked for, and the item.
    pub(crate) fn into_parts(self) -> (Key<R>, Attributes) {
        (self.key, self.item)
    }
}

impl<R: Record> fmt::Debug for Unopened<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Unopened", R::SCHEMA.table(), &self.item)
    }
}

fn debug(f: &mut fmt::Formatter<'_>, name: &str, table: &str, item: &Attributes) -> fmt::Result {
    let mut names: Vec<&String> = item.keys().collect();
    names.sort_unstable();
    f.debug_struct(name).field("table", &table).field("attributes", &names).finish()
}
