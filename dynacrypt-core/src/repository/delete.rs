//! Delete. It never reads the item first, and never removes another owner's.

use std::fmt;
use std::marker::PhantomData;

use super::DynamoRepository;
use super::asked::Asked;
use crate::access::{self, OwnerProof};
use crate::error::Result;
use crate::expr::Condition;
use crate::principal::Principal;
use crate::record::{Attributes, Key, Record};
use crate::sealed::Unopened;
use crate::store::{Returns, Write};

/// A delete that is being put together; [`send`](Self::send) sends it. Made by
/// [`DynamoRepository::delete_request`].
///
/// `Out` is what sending gives: whether there was an item, or with
/// [`return_old`](Self::return_old) the record that was there.
#[must_use = "a request does nothing until it is sent"]
pub struct DeleteRequest<'a, R, Out = bool> {
    repository: &'a DynamoRepository<R>,
    principal: &'a Principal,
    key: Key<R>,
    asked: Asked<R>,
    out: PhantomData<fn() -> Out>,
}

impl<'a, R: Record> DeleteRequest<'a, R> {
    pub(super) fn new(
        repository: &'a DynamoRepository<R>,
        principal: &'a Principal,
        key: Key<R>,
    ) -> Self {
        Self { repository, principal, key, asked: Asked::default(), out: PhantomData }
    }

    /// Gives the record that was there. If it does not open, it is deleted all the same.
    pub fn return_old(self) -> DeleteRequest<'a, R, Option<R>> {
        let Self { repository, principal, key, asked, .. } = self;
        DeleteRequest { repository, principal, key, asked, out: PhantomData }
    }
}

impl<R: Record, Out> DeleteRequest<'_, R, Out> {
    /// Only where the item meets this condition. Several are joined by `and`.
    pub fn condition(mut self, condition: Condition<R>) -> Self {
        self.asked.condition(condition);
        self
    }

    /// Only where the item has this version. 0: none yet, as items that were stored before the record
    /// had a `version` field.
    pub fn expect_version(mut self, version: u64) -> Self {
        self.asked.terms.version = Some(version);
        self
    }

    /// A conflict tells the caller's own item that stood against it:
    /// [`Error::existing`](crate::error::Error::existing). One that does not open is left out.
    pub fn return_existing(mut self) -> Self
    where
        R: Send + Sync + 'static,
    {
        self.asked.existing();
        self
    }

    /// The item that was deleted, where one was, and `returns` says so; `None` where there is none
    /// of the principal's.
    async fn write(self, returns: Returns) -> Result<Option<(OwnerProof<R>, Option<Attributes>)>> {
        let Self { repository, principal, key, asked, .. } = self;
        let proof = access::check_key(principal, "delete", key)?;
        let write = Write::delete(&proof, &asked.terms)?;
        match repository.store.write(write, returns).await {
            Ok(item) => Ok(Some((proof, item))),
            Err(refused) if refused.error.is_not_found() => Ok(None),
            Err(refused) => Err(asked.explain(repository, proof.key(), refused).await),
        }
    }
}

impl<R: Record> DeleteRequest<'_, R> {
    /// Sends it; gives whether there was an item. An absent item, and another owner's, meet no
    /// condition and conflict with none: nothing was there.
    ///
    /// # Errors
    /// As [`delete`](super::Repository::delete); `is_condition_failed` and `is_version_conflict`
    /// where what the request demands does not hold.
    pub async fn send(self) -> Result<bool> {
        self.delete().await
    }

    pub(super) async fn delete(self) -> Result<bool> {
        Ok(self.write(Returns::Nothing).await?.is_some())
    }
}

impl<R: Record> DeleteRequest<'_, R, Option<R>> {
    /// Sends it; gives the record that was there.
    ///
    /// # Errors
    /// As the request without a returned record; and as [`get`](super::Repository::get) where the
    /// record does not open, though it is deleted.
    pub async fn send(self) -> Result<Option<R>> {
        let repository = self.repository;
        let Some((proof, Some(item))) = self.write(Returns::Old).await? else { return Ok(None) };
        let unopened = Unopened::new(proof.key().clone(), item);
        repository.sealer.open_unopened(unopened).await.map(Some)
    }
}

impl<R: Record, Out> fmt::Debug for DeleteRequest<'_, R, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteRequest").field("record", &R::SCHEMA.record()).finish_non_exhaustive()
    }
}
