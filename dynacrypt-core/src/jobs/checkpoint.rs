//! Checkpoints: where each segment of a job is, who holds it, what it has counted. It never stores the
//! key of an item in the clear, and never writes a segment that another runner has taken over.

use std::time::Duration;

use super::counts::Counts;
use super::worker::{Worker, key_names};
use crate::crypto;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Attributes, Record};
use crate::repository::{DynamoRepository, decode_position, encode_position};
use crate::store::{Commit, JobId, Lease, SegmentRow};
use crate::token::Binding;

/// Creates a table for the checkpoints of jobs, billed on demand, with the repository's client, and
/// waits until it can be used. One table is enough for all jobs.
///
/// By other means: partition key `job` (S), sort key `segment` (N).
///
/// # Examples
/// ```no_run
/// # use dynacrypt_core::{error::Result, jobs, record::Record, repository::DynamoRepository};
/// # async fn demo<Profile: Record>(profiles: &DynamoRepository<Profile>) -> Result<()> {
/// jobs::checkpoint_table(profiles, "jobs").await
/// # }
/// ```
///
/// # Errors
/// `is_conflict` where the table exists; `is_unavailable` where it is not active after ten minutes;
/// DynamoDB's.
pub async fn checkpoint_table<R: Record>(
    repository: &DynamoRepository<R>,
    name: &str,
) -> Result<()> {
    repository.store().create_checkpoint_table(name).await
}

/// A segment as a runner takes it up.
pub(super) struct Place {
    pub(super) segment: u32,
    /// Where its next page begins; `None` at the beginning.
    pub(super) start: Option<Attributes>,
    pub(super) counts: Counts,
    pub(super) done: bool,
}

impl Place {
    pub(super) fn first(segment: u32) -> Self {
        Self { segment, start: None, counts: Counts::default(), done: false }
    }
}

/// The checkpoint of a job that this runner holds.
pub(super) struct Checkpoint {
    id: JobId,
    holder: String,
    lease: Duration,
}

impl Checkpoint {
    /// Takes every segment of a job that is not done yet.
    ///
    /// # Errors
    /// `is_job_held` where another runner has one; `is_invalid_request` where the job was begun with
    /// other parameters; `is_invalid_token` where a position is not one that this job has stored.
    pub(super) async fn take<R: Record>(
        worker: &Worker<'_, R>,
        id: JobId,
        lease: Duration,
    ) -> Result<(Self, Vec<Place>)> {
        let rows = worker
            .patiently(|| worker.store().segments(&worker.proof, &id))
            .await
            .map_err(named)?;
        rows.iter().try_for_each(|row| check(row, &id))?;
        let holder = u128::from_ne_bytes(crypto::random()?);
        let checkpoint = Self { id, holder: format!("{holder:032x}"), lease };
        let mut places = Vec::new();
        for segment in 0..checkpoint.id.segments {
            let row = rows.iter().find(|row| row.segment == segment);
            let taken = match row {
                Some(row) if row.done => Ok(Some(row.clone())),
                _ => checkpoint.claim(worker, segment).await,
            };
            let place = match taken {
                Ok(Some(row)) => checkpoint.place(worker, row).await,
                Ok(None) => Err(held()),
                Err(error) => Err(error),
            };
            match place {
                Ok(place) => places.push(place),
                Err(error) => {
                    checkpoint.give_up(worker, 0..=segment).await;
                    return Err(error);
                }
            }
        }
        Ok((checkpoint, places))
    }

    async fn claim<R: Record>(
        &self,
        worker: &Worker<'_, R>,
        segment: u32,
    ) -> Result<Option<SegmentRow>> {
        let claim = || async move {
            let lease = self.lease(worker)?;
            worker.store().claim(&worker.proof, &self.id, segment, lease).await
        };
        worker.patiently(claim).await
    }

    async fn place<R: Record>(&self, worker: &Worker<'_, R>, row: SegmentRow) -> Result<Place> {
        let start = match row.position.as_deref().filter(|_| !row.done) {
            Some(token) => Some(self.open_position(worker, row.segment, token).await?),
            None => None,
        };
        let counts = Counts::from_named(&row.counts);
        Ok(Place { segment: row.segment, start, counts, done: row.done })
    }

    /// Stores what a page came to.
    ///
    /// # Errors
    /// `is_job_held` where another runner has taken the segment over; DynamoDB's; the key provider's.
    pub(super) async fn commit<R: Record>(
        &self,
        worker: &Worker<'_, R>,
        segment: u32,
        next: Option<&Attributes>,
        counts: &Counts,
    ) -> Result<()> {
        let position = match next {
            Some(next) => Some(self.seal_position(worker, segment, next).await?),
            None => None,
        };
        let counts = counts.named();
        let (position, counts, done) = (position.as_deref(), counts.as_slice(), next.is_none());
        let commit = || async move {
            let (lease, commit) = (self.lease(worker)?, Commit { position, counts, done });
            worker.store().commit(&worker.proof, &self.id, segment, lease, commit).await
        };
        if worker.patiently(commit).await? { Ok(()) } else { Err(held()) }
    }

    /// Keeps the lease of a segment for as long as it is polled; gives why it could not.
    pub(super) async fn keep<R: Record>(&self, worker: &Worker<'_, R>, segment: u32) -> Error {
        loop {
            tokio::time::sleep(self.lease / 3).await;
            let lease = match self.lease(worker) {
                Ok(lease) => lease,
                Err(error) => return error,
            };
            match worker.store().hold(&worker.proof, &self.id, segment, lease).await {
                Ok(true) => {}
                Ok(false) => return held(),
                // The next one may succeed, and if none does, the commit fails.
                Err(error) if error.is_retryable() => {}
                Err(error) => return error,
            }
        }
    }

    /// Gives segments up, so that the next runner need not wait. What fails is over in time.
    pub(super) async fn give_up<R: Record>(
        &self,
        worker: &Worker<'_, R>,
        segments: impl IntoIterator<Item = u32>,
    ) {
        for segment in segments {
            let over = Lease { holder: &self.holder, now: 0, until: 0 };
            drop(worker.store().hold(&worker.proof, &self.id, segment, over).await);
        }
    }

    pub(super) fn segments(&self) -> std::ops::Range<u32> {
        0..self.id.segments
    }

    fn lease<R: Record>(&self, worker: &Worker<'_, R>) -> Result<Lease<'_>> {
        let now = worker.repository.now()?;
        let lease = i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX);
        Ok(Lease { holder: &self.holder, now, until: now.saturating_add(lease) })
    }

    /// What a position is bound to (docs/format.md section 13): any runner of the job may go on.
    fn binding(&self, segment: u32) -> Binding {
        let segment = [segment.to_be_bytes(), self.id.segments.to_be_bytes()].concat();
        Binding {
            principal: (b'J', self.id.job.clone()),
            place: vec![b"job".to_vec(), self.id.table.as_bytes().to_vec()],
            range: vec![segment],
            filter: Vec::new(),
        }
    }

    async fn seal_position<R: Record>(
        &self,
        worker: &Worker<'_, R>,
        segment: u32,
        position: &Attributes,
    ) -> Result<String> {
        let bytes = encode_position(&key_names::<R>(), position).ok_or_else(|| {
            Error::new(ErrorKind::Service).with_reason("a page ends at what is no key")
        })?;
        let (binding, bytes) = (&self.binding(segment), bytes.as_slice());
        let (sealer, table) = (worker.sealer(), R::SCHEMA.table());
        worker.patiently(|| sealer.seal_token(table, binding, bytes, Vec::new())).await
    }

    async fn open_position<R: Record>(
        &self,
        worker: &Worker<'_, R>,
        segment: u32,
        token: &str,
    ) -> Result<Attributes> {
        let binding = &self.binding(segment);
        let (sealer, table) = (worker.sealer(), R::SCHEMA.table());
        let bytes = worker.patiently(|| sealer.open_token(table, binding, token)).await?;
        decode_position(&key_names::<R>(), &bytes)
            .ok_or_else(|| Error::new(ErrorKind::InvalidToken))
    }
}

fn held() -> Error {
    Error::new(ErrorKind::JobHeld)
}

/// Says which table it is that is missing.
fn named(error: Error) -> Error {
    if error.is_table_not_found() {
        error.with_reason("it is that of the checkpoint: `jobs::checkpoint_table` makes it")
    } else {
        error
    }
}

/// Refuses a checkpoint of a job that was begun with other parameters: its positions mean something
/// else.
fn check(row: &SegmentRow, id: &JobId) -> Result<()> {
    let refused = |reason| Err(Error::new(ErrorKind::InvalidRequest).with_reason(reason));
    if row.table != id.table {
        return refused("the checkpoint is of a job on another table");
    }
    if row.record != id.record {
        return refused("the checkpoint is of a job on another record type");
    }
    if row.segments != id.segments {
        return Err(Error::new(ErrorKind::InvalidRequest).with_composed_reason(format!(
            "the checkpoint is of a job in {} segments, not {}",
            row.segments, id.segments
        )));
    }
    Ok(())
}
