//! Batches: any number of records read or written, 100 or 25 in a request, what DynamoDB leaves
//! over sent again. It never sends anything before every owner check it can make beforehand, and
//! never seals a record twice.

mod engine;
mod get;
mod stream;
mod write;

use std::collections::HashSet;
use std::future::Future;

use futures_util::Stream;

pub use write::{BatchItem, BatchWrite, BatchWritten, Leftover, Written};

use super::{Backoff, DynamoRepository};
use crate::access::Admitted;
use crate::context::Scalar;
use crate::error::{Error, ErrorKind, Result};
use crate::principal::Principal;
use crate::record::{FieldRole, IntoKey, Key, Record};

impl<R: Record> DynamoRepository<R> {
    /// How batches go on where DynamoDB leaves a part of them unprocessed.
    #[must_use]
    pub fn with_backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }
}

impl<R: Record + Send + Sync> DynamoRepository<R> {
    /// The records under any number of keys, in the order of the keys: of each what
    /// [`get`](super::Repository::get) would answer.
    ///
    /// Requests follow one another, with 100 keys each. Keys that DynamoDB leaves unprocessed are
    /// asked for again, as [`Backoff`] says; one that is still left at the end is `is_throttled`
    /// alone. Any other failure of a request ends the batch: the keys without an answer have it.
    ///
    /// # Errors
    /// Before anything is sent: `is_access_denied` where one of the keys is not the principal's;
    /// `is_duplicate_key` where two are equal. Afterwards each key has its own: those of `get`, and
    /// `is_throttled`. So `Ok` of the whole does not mean `Ok` of each.
    ///
    /// # Examples
    /// ```no_run
    /// # use dynacrypt_core::{error::Result, principal::Principal, record::Record, repository::*};
    /// # async fn demo<Profile>(profiles: DynamoRepository<Profile>, service: Principal) -> Result<()>
    /// # where Profile: Record<PartitionKey = String, SortKey = dynacrypt_core::record::NoSortKey> + Send + Sync {
    /// for profile in profiles.batch_get(&service, ["user-1", "user-2"]).await? {
    ///     let Some(profile) = profile? else { continue }; // no such item
    ///     # let _ = profile;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn batch_get<K: IntoKey<R>>(
        &self,
        principal: &Principal,
        keys: impl IntoIterator<Item = K>,
    ) -> impl Future<Output = Result<Vec<Result<Option<R>>>>> + Send {
        let keys: Vec<Key<R>> = keys.into_iter().map(IntoKey::into_key).collect();
        get::get(self, principal, keys)
    }

    /// Writes and deletes any number of items; gives what became of each, in their order.
    ///
    /// Requests follow one another, with 25 items or 16 MB each. A record is sealed when its request
    /// is next, and once: what DynamoDB leaves unprocessed is sent again, as [`Backoff`] says, as
    /// the same ciphertext. What is left at the end is handed back sealed
    /// ([`BatchWritten::into_leftovers`]), to go on with [`resume`](Self::resume). Any failure but throttling
    /// and a record that cannot be stored ends the batch: the items without an answer have it.
    ///
    /// A batch is no transaction: some of it may be written and some not, and others may see it
    /// half done.
    ///
    /// # Errors
    /// Before anything is sent: `is_access_denied` where one of the items is not the principal's;
    /// `is_duplicate_key` where two have the same key; `is_invalid_record` where only a condition
    /// could do what is asked, since batches have none: a put of a record with a `version`, and
    /// whatever an owner writes whose owner field is not part of the key (a service may). Use
    /// single puts or a transaction for these.
    ///
    /// Afterwards each item has its own: `is_item_too_large` and `is_invalid_record`, unsent;
    /// `is_throttled` for what DynamoDB did not take; that of the request that ended the batch.
    ///
    /// # Examples
    /// ```no_run
    /// # use dynacrypt_core::{error::Result, principal::Principal, record::Record, repository::*};
    /// # async fn demo<Profile>(profiles: DynamoRepository<Profile>, job: Principal, new: &[Profile]) -> Result<()>
    /// # where Profile: Record<PartitionKey = String, SortKey = dynacrypt_core::record::NoSortKey> + Send + Sync {
    /// let batch = new.iter().fold(BatchWrite::new().delete("user-1"), BatchWrite::put);
    /// let mut written = profiles.batch_write(&job, batch).await?;
    /// while !written.leftovers().is_empty() && written.is_throttled() {
    ///     written = profiles.resume(&job, written.into_leftovers()).await;
    /// }
    /// written.into_result()
    /// # }
    /// ```
    pub fn batch_write<'a>(
        &'a self,
        principal: &'a Principal,
        batch: BatchWrite<'a, R>,
    ) -> impl Future<Output = Result<BatchWritten<R>>> + Send {
        write::write(self, principal, batch)
    }

    /// Goes on with what a batch left over: the same ciphertext, after another owner check.
    ///
    /// What became of each is in the order of the leftovers. What is refused comes back as a
    /// leftover too.
    pub fn resume<'a>(
        &'a self,
        principal: &'a Principal,
        leftovers: Vec<Leftover<R>>,
    ) -> impl Future<Output = BatchWritten<R>> + Send {
        write::resume(self, principal, leftovers)
    }

    /// Writes and deletes as many items as a stream gives, and gives what became of each; never more
    /// than the 25 of one request are held.
    ///
    /// It differs from [`batch_write`](Self::batch_write) in that nothing is known beforehand: each
    /// item is checked when it comes, and a refused one (`is_access_denied`, `is_invalid_record`) is
    /// an answer like others. Items with the same key are written in their order. Answers come in
    /// the order in which DynamoDB took the items; [`Written::place`] says which it is. After a
    /// failure that is not the item's own, the items in hand are answered with it, and the stream
    /// ends without asking for more.
    ///
    /// Nothing is sent before the stream is polled. Dropping it leaves what was sent written, and
    /// what was not unwritten.
    ///
    /// # Errors
    /// `is_access_denied` where the principal is a service that does not say who it is and why, or
    /// has no id; `is_invalid_record` where a batch cannot do what the principal may.
    pub fn write_stream<'a>(
        &'a self,
        principal: &'a Principal,
        items: impl Stream<Item = BatchItem<'a, R>> + Send + 'a,
    ) -> Result<impl Stream<Item = Written<R>> + Send + 'a> {
        stream::write_stream(self, principal, items)
    }
}

/// Two keys of one request that are equal.
fn refuse_duplicates<'k, R: 'k>(keys: impl IntoIterator<Item = &'k Key<R>>) -> Result<()> {
    let mut seen: HashSet<(&Scalar<'_>, Option<&Scalar<'_>>)> = HashSet::new();
    if keys.into_iter().all(|key| seen.insert((key.partition(), key.sort()))) {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::DuplicateKey))
    }
}

/// Puts with a version need a condition, which batches do not have.
fn refuse_version<R: Record>() -> Result<()> {
    match R::SCHEMA.role(FieldRole::Version) {
        None => Ok(()),
        Some((_, spec)) => Err(Error::new(ErrorKind::InvalidRecord)
            .with_reason(
                "a batch cannot compare versions: put records one by one, or in a transaction",
            )
            .at(spec.name(), R::SCHEMA.record())),
    }
}

/// An owner outside the key needs a condition on the stored one.
fn refuse_stored_owner<R: Record>(admitted: &Admitted<'_, R>) -> Result<()> {
    match R::SCHEMA.owner() {
        Some(spec) if !spec.is_key() && !admitted.is_service() => {
            Err(Error::new(ErrorKind::InvalidRecord)
                .with_reason("a batch cannot compare owners that are not part of the key: write records one by one, or in a transaction")
                .at(spec.name(), R::SCHEMA.record()))
        }
        _ => Ok(()),
    }
}

/// What is left where DynamoDB took something in none of its attempts, and did not say why.
fn unprocessed() -> Error {
    Error::new(ErrorKind::Throttled).with_reason("DynamoDB left the item unprocessed each time")
}
