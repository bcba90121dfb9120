//! What a read gives of each item: the record, or the item of whatever type. It never opens an item
//! that a proof did not admit.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::access;
use crate::error::{Error, ErrorKind, Result};
use crate::principal::Principal;
use crate::record::{Attributes, FieldKind, Projection, Record};
use crate::seal::Sealer;
use crate::sealed::Unopened;

/// What a read gives of each item of `R`.
#[doc(hidden)]
pub trait Output<R: Record>: Send + 'static {
    /// What it gives.
    type Item: Send + 'static;
    /// Items of this record type alone.
    const OF_TYPE: bool;
    /// Whether it opens the items.
    const OPENS: bool;

    /// The attributes that it needs; `None` for all.
    fn attributes() -> Option<Vec<&'static str>>;

    /// Opens an item.
    fn open(
        sealer: &Sealer,
        principal: &Principal,
        item: Unopened<R>,
    ) -> impl Future<Output = Result<Self::Item>> + Send;
}

/// The record.
#[derive(Debug)]
#[non_exhaustive]
pub struct Whole;

impl<R: Record + Send + 'static> Output<R> for Whole {
    type Item = R;
    const OF_TYPE: bool = true;
    const OPENS: bool = true;

    fn attributes() -> Option<Vec<&'static str>> {
        None
    }

    async fn open(sealer: &Sealer, _: &Principal, item: Unopened<R>) -> Result<R> {
        sealer.open_unopened(item).await
    }
}

/// The part of the record that a projection reads.
pub struct Projected<P>(PhantomData<fn() -> P>);

impl<P> fmt::Debug for Projected<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Projected")
    }
}

impl<R, P> Output<R> for Projected<P>
where
    R: Record + 'static,
    P: Projection<Record = R> + Send + 'static,
{
    type Item = P;
    const OF_TYPE: bool = true;
    const OPENS: bool = true;

    fn attributes() -> Option<Vec<&'static str>> {
        Some(P::attributes())
    }

    async fn open(sealer: &Sealer, _: &Principal, item: Unopened<R>) -> Result<P> {
        sealer.project_unopened(item).await
    }
}

/// The item, of whatever record type.
#[derive(Debug)]
#[non_exhaustive]
pub struct Any;

impl<R: Record + 'static> Output<R> for Any {
    type Item = AnyItem;
    const OF_TYPE: bool = false;
    const OPENS: bool = false;

    fn attributes() -> Option<Vec<&'static str>> {
        None
    }

    async fn open(sealer: &Sealer, principal: &Principal, item: Unopened<R>) -> Result<AnyItem> {
        let entity = R::SCHEMA.entity().map_or("entity", |spec| spec.name());
        Ok(AnyItem {
            sealer: sealer.clone(),
            principal: principal.clone(),
            table: R::SCHEMA.table(),
            entity,
            item: item.into_parts().1,
        })
    }
}

/// An item of a partition that several record types share. Not opened yet, so nothing in it can be
/// trusted yet.
///
/// # Security
/// `Debug` shows attribute names alone.
pub struct AnyItem {
    sealer: Sealer,
    principal: Principal,
    table: &'static str,
    entity: &'static str,
    item: Attributes,
}

impl AnyItem {
    /// What the item says that it is: the value of the entity attribute.
    ///
    /// # Security
    /// Not authenticated. Opening is: an item that lies does not open as what it says.
    #[must_use]
    pub fn entity(&self) -> Option<&str> {
        match self.item.get(self.entity) {
            Some(AttributeValue::S(entity)) => Some(entity),
            _ => None,
        }
    }

    /// Whether the item goes by the entity and the key templates of `R`.
    #[must_use]
    pub fn is<R: Record>(&self) -> bool {
        let text = |name: &str| match self.item.get(name) {
            Some(AttributeValue::S(text)) => Some(text.as_str()),
            _ => None,
        };
        R::SCHEMA.table() == self.table
            && R::SCHEMA.entity().is_none_or(|spec| match spec.kind() {
                FieldKind::Entity(entity) => text(spec.name()) == Some(entity),
                _ => true,
            })
            && [R::SCHEMA.partition_key(), R::SCHEMA.sort_key()].into_iter().flatten().all(|spec| {
                self.item.contains_key(spec.name())
                    && spec.template().is_none_or(|template| {
                        text(spec.name()).is_some_and(|key| template.parse(key).is_some())
                    })
            })
    }

    /// The record that the item is, for the principal who read it.
    ///
    /// # Errors
    /// `is_invalid_item` where it is not an `R`; `is_access_denied` where `R` says that it is
    /// another owner's; otherwise as [`Sealer::open`].
    pub async fn open<R: Record>(self) -> Result<R> {
        if R::SCHEMA.table() != self.table || !self.is::<R>() {
            return Err(Error::new(ErrorKind::InvalidItem)
                .with_reason("the item is of another record type"));
        }
        access::check_shown::<R>(&self.principal, &self.item)?;
        self.sealer.open(self.item).await
    }

    /// The attributes as they are stored: clear values and ciphertext.
    #[must_use]
    pub fn into_item(self) -> HashMap<String, AttributeValue> {
        self.item
    }
}

impl fmt::Debug for AnyItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<&String> = self.item.keys().collect();
        names.sort_unstable();
        f.debug_struct("AnyItem")
            .field("table", &self.table)
            .field("attributes", &names)
            .finish_non_exhaustive()
    }
}
