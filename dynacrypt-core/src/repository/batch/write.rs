//! Batch write of what is known beforehand, and going on with what was left. It never sends
//! anything before every item was checked.

use std::fmt;

use futures_util::stream;

use super::super::DynamoRepository;
use super::engine::{Checked, Engine, Job, Subject, Task};
use super::{refuse_duplicates, refuse_stored_owner, refuse_version};
use crate::access::{self, OwnerProof};
use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::principal::Principal;
use crate::record::{IntoKey, Key, Record};
use crate::sealed::Sealed;

/// One write of a batch.
pub struct BatchItem<'a, R>(pub(super) Change<'a, R>);

pub(super) enum Change<'a, R> {
    Put(Subject<'a, R>),
    Delete(Key<R>),
}

impl<'a, R: Record> BatchItem<'a, R> {
    /// Stores a record, whether or not there is one under its key.
    #[must_use]
    pub fn put(record: &'a R) -> Self {
        Self(Change::Put(Subject::Borrowed(record)))
    }

    /// The same of an owned record, which is dropped, and its secrets wiped, as soon as it is sealed.
    #[must_use]
    pub fn put_owned(record: R) -> Self {
        Self(Change::Put(Subject::Owned(Box::new(record))))
    }

    /// Deletes what is under a key, if anything.
    #[must_use]
    pub fn delete(key: impl IntoKey<R>) -> Self {
        Self(Change::Delete(key.into_key()))
    }
}

impl<R: Record> fmt::Debug for BatchItem<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = match self.0 {
            Change::Put(_) => "put",
            Change::Delete(_) => "delete",
        };
        f.debug_tuple("BatchItem").field(&change).field(&R::SCHEMA.record()).finish()
    }
}

/// The writes of a batch, in order: [`DynamoRepository::batch_write`].
#[must_use = "a batch does nothing until it is written"]
pub struct BatchWrite<'a, R> {
    items: Vec<BatchItem<'a, R>>,
}

impl<'a, R: Record> BatchWrite<'a, R> {
    /// A batch without writes.
    pub fn new() -> Self {
        Self { items: Vec::new() }
    }

    /// Adds [`BatchItem::put`].
    pub fn put(mut self, record: &'a R) -> Self {
        self.items.push(BatchItem::put(record));
        self
    }

    /// Adds [`BatchItem::put_owned`].
    pub fn put_owned(mut self, record: R) -> Self {
        self.items.push(BatchItem::put_owned(record));
        self
    }

    /// Adds [`BatchItem::delete`].
    pub fn delete(mut self, key: impl IntoKey<R>) -> Self {
        self.items.push(BatchItem::delete(key));
        self
    }

    /// How many writes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<R: Record> Default for BatchWrite<'_, R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, R: Record> FromIterator<BatchItem<'a, R>> for BatchWrite<'a, R> {
    fn from_iter<I: IntoIterator<Item = BatchItem<'a, R>>>(items: I) -> Self {
        Self { items: items.into_iter().collect() }
    }
}

impl<'a, R: Record> Extend<BatchItem<'a, R>> for BatchWrite<'a, R> {
    fn extend<I: IntoIterator<Item = BatchItem<'a, R>>>(&mut self, items: I) {
        self.items.extend(items);
    }
}

impl<R: Record> fmt::Debug for BatchWrite<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchWrite")
            .field("record", &R::SCHEMA.record())
            .field("items", &self.items.len())
            .finish()
    }
}

/// A write that DynamoDB did not take, or is not known to have taken: a sealed item, or a key to
/// delete.
///
/// # Security
/// It holds no plaintext of an encrypted field. Going on with it takes another owner check.
pub struct Leftover<R> {
    place: usize,
    change: LeftoverChange<R>,
}

enum LeftoverChange<R> {
    Put(Sealed<R>),
    Delete(Key<R>),
}

impl<R: Record> Leftover<R> {
    pub(super) fn put(place: usize, sealed: Sealed<R>) -> Self {
        Self { place, change: LeftoverChange::Put(sealed) }
    }

    pub(super) fn delete(place: usize, key: Key<R>) -> Self {
        Self { place, change: LeftoverChange::Delete(key) }
    }

    /// Which item of the batch it was, from 0; of the first one, where it was gone on with.
    #[must_use]
    pub fn place(&self) -> usize {
        self.place
    }

    /// Whether it is a delete.
    #[must_use]
    pub fn is_delete(&self) -> bool {
        matches!(self.change, LeftoverChange::Delete(_))
    }

    /// The sealed item, of a put.
    #[must_use]
    pub fn into_sealed(self) -> Option<Sealed<R>> {
        match self.change {
            LeftoverChange::Put(sealed) => Some(sealed),
            LeftoverChange::Delete(_) => None,
        }
    }
}

impl<R: Record> fmt::Debug for Leftover<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Leftover");
        out.field("place", &self.place);
        match &self.change {
            LeftoverChange::Put(sealed) => out.field("put", sealed),
            LeftoverChange::Delete(key) => out.field("delete", key),
        };
        out.finish()
    }
}

/// What became of one write of a batch.
pub struct Written<R> {
    pub(super) place: usize,
    pub(super) error: Option<Error>,
    pub(super) leftover: Option<Leftover<R>>,
}

impl<R: Record> Written<R> {
    /// Which item of the batch it was, from 0.
    #[must_use]
    pub fn place(&self) -> usize {
        self.place
    }

    /// Whether it is written.
    ///
    /// # Errors
    /// The item's own, or that of the request that ended the batch.
    pub fn result(&self) -> Result<()> {
        self.error.clone().map_or(Ok(()), Err)
    }

    /// The write, sealed, where it was sealed and is not known to be written.
    #[must_use]
    pub fn into_leftover(self) -> Option<Leftover<R>> {
        self.leftover
    }
}

impl<R: Record> fmt::Debug for Written<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written")
            .field("place", &self.place)
            .field("error", &self.error)
            .field("leftover", &self.leftover)
            .finish()
    }
}

/// What became of the writes of a batch.
#[must_use = "some writes may have failed"]
pub struct BatchWritten<R> {
    results: Vec<Result<()>>,
    leftovers: Vec<Leftover<R>>,
}

impl<R: Record> BatchWritten<R> {
    /// What became of each write, in their order.
    pub fn results(&self) -> &[Result<()>] {
        &self.results
    }

    /// Whether all is written.
    ///
    /// # Errors
    /// The first error of an item.
    pub fn into_result(self) -> Result<()> {
        self.results.into_iter().collect()
    }

    /// Whether something is not written, and throttling is the only reason.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        let mut errors = self.results.iter().filter_map(|result| result.as_ref().err()).peekable();
        errors.peek().is_some() && errors.all(Error::is_throttled)
    }

    /// Which writes were sealed, or are deletes, and are not known to be written.
    #[must_use]
    pub fn leftovers(&self) -> &[Leftover<R>] {
        &self.leftovers
    }

    /// The same, to go on with: [`DynamoRepository::resume`]. A put that failed before it was sealed
    /// is not among them: its record is with the caller.
    #[must_use]
    pub fn into_leftovers(self) -> Vec<Leftover<R>> {
        self.leftovers
    }
}

impl<R: Record> fmt::Debug for BatchWritten<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchWritten")
            .field("results", &self.results)
            .field("leftovers", &self.leftovers)
            .finish()
    }
}

pub(super) async fn write<'a, R: Record + Send + Sync>(
    repository: &'a DynamoRepository<R>,
    principal: &Principal,
    batch: BatchWrite<'a, R>,
) -> Result<BatchWritten<R>> {
    let count = batch.items.len();
    let admitted = access::admit::<R>(principal, "batch_write", Some(count))?;
    refuse_stored_owner(&admitted)?;
    let mut jobs = Vec::with_capacity(count);
    for (place, BatchItem(change)) in batch.items.into_iter().enumerate() {
        jobs.push(check(&admitted, place, change)?);
    }
    refuse_duplicates(jobs.iter().map(|job| job.proof.key()))?;
    Ok(drive(count, Engine::new(repository, stream::iter(jobs.into_iter().map(Ok)))).await)
}

/// Checks one write against a principal.
pub(super) fn check<'a, R: Record>(
    admitted: &access::Admitted<'_, R>,
    place: usize,
    change: Change<'a, R>,
) -> Result<Job<'a, R>> {
    Ok(match change {
        Change::Put(subject) => {
            let (key, owner) = item::identity(subject.record())?;
            let proof = admitted.check_record(key, owner.as_ref())?;
            refuse_version::<R>()?;
            Job { place, proof, task: Task::Seal(subject) }
        }
        Change::Delete(key) => Job { place, proof: admitted.check_key(key)?, task: Task::Delete },
    })
}

pub(super) async fn resume<R: Record + Send + Sync>(
    repository: &DynamoRepository<R>,
    principal: &Principal,
    leftovers: Vec<Leftover<R>>,
) -> BatchWritten<R> {
    let count = leftovers.len();
    let places: Vec<usize> = leftovers.iter().map(Leftover::place).collect();
    let admitted = access::admit::<R>(principal, "batch_write", Some(count))
        .and_then(|admitted| refuse_stored_owner(&admitted).map(|()| admitted));
    let checked: Vec<Checked<'_, R>> = leftovers
        .into_iter()
        .enumerate()
        .map(|(place, leftover)| {
            let proof = admitted.as_ref().map_err(Clone::clone).and_then(|admitted| {
                let proof: OwnerProof<R> = match &leftover.change {
                    LeftoverChange::Put(sealed) => {
                        let (key, owner) = item::identity_of(sealed)
                            .ok_or_else(|| Error::new(ErrorKind::AccessDenied))?;
                        admitted.check_record(key, owner.as_ref())?
                    }
                    LeftoverChange::Delete(key) => admitted.check_key(key.clone())?,
                };
                Ok(proof)
            });
            match (proof, leftover.change) {
                (Ok(proof), LeftoverChange::Put(sealed)) => {
                    Ok(Job { place, proof, task: Task::Put(sealed) })
                }
                (Ok(proof), LeftoverChange::Delete(_)) => {
                    Ok(Job { place, proof, task: Task::Delete })
                }
                (Err(error), change) => Err(Written {
                    place,
                    error: Some(error),
                    leftover: Some(Leftover { place, change }),
                }),
            }
        })
        .collect();
    let mut written = drive(count, Engine::new(repository, stream::iter(checked))).await;
    // Each keeps the place that it had in the first batch.
    for leftover in &mut written.leftovers {
        if let Some(first) = places.get(leftover.place) {
            leftover.place = *first;
        }
    }
    written
}

/// Runs a batch to its end, and puts the answers in order.
async fn drive<R: Record + Send + Sync>(
    count: usize,
    mut engine: Engine<'_, R>,
) -> BatchWritten<R> {
    // Every place gets an answer below.
    let unanswered = || Err(Error::new(ErrorKind::Service));
    let mut written =
        BatchWritten { results: (0..count).map(|_| unanswered()).collect(), leftovers: Vec::new() };
    let mut answer = |one: Written<R>| {
        if let Some(result) = written.results.get_mut(one.place) {
            *result = one.result();
        }
        written.leftovers.extend(one.leftover);
    };
    while let Some(one) = engine.next().await {
        answer(one);
    }
    if let Some(rest) = engine.rest().await {
        rest.into_iter().for_each(&mut answer);
    }
    written.leftovers.sort_unstable_by_key(Leftover::place);
    written
}
