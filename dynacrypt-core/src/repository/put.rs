//! Put, create, replace. It never seals, and so never asks for a key, before the owner check.

use std::fmt;

use super::DynamoRepository;
use super::asked::Asked;
use crate::access;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Condition;
use crate::item;
use crate::principal::Principal;
use crate::record::{Record, Stamp};
use crate::store::{HeaderSeen, PutMode, Returns, Write};

/// A put that is being put together; [`send`](Self::send) sends it. Made by
/// [`DynamoRepository::put_request`].
///
/// # Examples
/// ```no_run
/// # extern crate dynacrypt_core as dynacrypt;
/// # use dynacrypt::{error::Result, principal::Principal, record::Record, repository::*};
/// # use dynacrypt_derive::Record;
/// #[derive(Record)]
/// #[dynacrypt(table = "orders")]
/// struct Order {
///     #[dynacrypt(partition_key, owner)]
///     user_id: String,
///     status: String,
/// }
///
/// # async fn demo(orders: DynamoRepository<Order>, caller: Principal, order: Order) -> Result<()> {
/// let columns = Order::columns();
/// let sent = orders
///     .put_request(&caller, &order)
///     .condition(columns.status.eq("open"))
///     .return_existing()
///     .send()
///     .await;
/// if let Err(error) = sent {
///     if let Some(existing) = error.existing::<Order>() {
///         println!("it is {} by now", existing.status);
///     }
/// }
/// # Ok(()) }
/// ```
#[must_use = "a request does nothing until it is sent"]
pub struct PutRequest<'a, R> {
    repository: &'a DynamoRepository<R>,
    principal: &'a Principal,
    record: &'a R,
    mode: PutMode,
    keep_unknown: bool,
    asked: Asked<R>,
}

impl<'a, R: Record + Send + Sync> PutRequest<'a, R> {
    pub(super) fn new(
        repository: &'a DynamoRepository<R>,
        principal: &'a Principal,
        record: &'a R,
    ) -> Self {
        Self {
            repository,
            principal,
            record,
            mode: PutMode::Either,
            keep_unknown: false,
            asked: Asked::default(),
        }
    }

    /// Only under a key that is not taken, as [`create`](super::Repository::create).
    pub fn create_only(mut self) -> Self {
        self.mode = PutMode::Create;
        self
    }

    /// Only in place of the record that is there, as [`replace`](super::Repository::replace).
    pub fn replace_only(mut self) -> Self {
        self.mode = PutMode::Replace;
        self
    }

    /// Only where the item that is there meets this condition; an absent item meets
    /// [`not_exists`](crate::expr::Column::not_exists) and `ne` alone. Several are joined by `and`.
    pub fn condition(mut self, condition: Condition<R>) -> Self {
        self.asked.condition(condition);
        self
    }

    /// A conflict tells the caller's own item that stood against it:
    /// [`Error::existing`](crate::error::Error::existing).
    ///
    /// Another owner's item is never told, and one that does not open is left out.
    pub fn return_existing(mut self) -> Self
    where
        R: 'static,
    {
        self.asked.existing();
        self
    }

    /// Keeps the attributes of the item that the record does not know: of a newer version of your
    /// application, or of another tool. A put without this removes them.
    ///
    /// It reads the item first, for what must be refused. What changes between the two is noticed:
    /// attributes that are not sealed are kept as they are at the moment of the write, and an item
    /// that was sealed anew in between is `is_version_conflict`.
    ///
    /// A record of more than about 280 attributes is refused by DynamoDB
    /// ([`Error::service_error`](crate::error::Error::service_error)).
    ///
    /// # Errors
    /// `is_invalid_request` for a `whole` record, which binds the list of its sealed attributes;
    /// `is_invalid_item` where the record does not know one that is sealed with the item: it could
    /// not be opened any more.
    pub fn keep_unknown(mut self) -> Self {
        self.keep_unknown = true;
        self
    }

    /// Sends it.
    ///
    /// # Errors
    /// As [`put`](super::Repository::put), [`create`](super::Repository::create) or
    /// [`replace`](super::Repository::replace); `is_condition_failed` where the condition does not
    /// hold.
    pub async fn send(self) -> Result<()> {
        self.store("put").await.map(drop)
    }

    /// Sends it; gives what was stamped into the item. `put` names it in audit events where it is
    /// neither a create nor a replace.
    pub(super) async fn store(self, put: &'static str) -> Result<Stamp> {
        let Self { repository, principal, record, mode, keep_unknown, mut asked } = self;
        let (key, owner) = item::identity(record)?;
        let operation = match mode {
            PutMode::Create => "create",
            PutMode::Replace => "replace",
            PutMode::Either => put,
        };
        let proof = access::check_record(principal, operation, key, owner.as_ref())?;
        if keep_unknown && R::SCHEMA.is_whole() {
            return Err(Error::new(ErrorKind::InvalidRequest)
                .with_reason("what a `whole` record does not know cannot be kept"));
        }
        let old = repository.sealer.old_attributes(R::SCHEMA);
        if keep_unknown {
            let current = repository.store.current(&proof).await?;
            if let Some(item) = &current {
                item::check_unknown_can_stay(R::SCHEMA, item, &old)?;
            }
            asked.terms.header = Some(HeaderSeen::of(current.as_ref()));
        }
        let stamp = repository.stamp()?;
        let sealed = repository.sealer.seal_stamped(record, Some(stamp)).await?;
        let write = if keep_unknown {
            Write::put_over(&proof, sealed, mode, &asked.terms, old)?
        } else {
            Write::put(&proof, sealed, mode, &asked.terms)?
        };
        match repository.store.write(write, Returns::Nothing).await {
            Ok(_) => Ok(stamp),
            Err(refused) => Err(asked.explain(repository, proof.key(), refused).await),
        }
    }
}

impl<R: Record> fmt::Debug for PutRequest<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PutRequest")
            .field("record", &R::SCHEMA.record())
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}
