//! The migration of a table: from an old format, or from the clear, to sealed. It never writes an old
//! form, creates an item, takes back what another writer changed, or shows a value.

mod item;
mod segment;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::capacity::{Capacity, CapacityLimit};
use super::checkpoint::{Checkpoint, Place};
use super::counts::{Counts, FailureReason, MigrationSummary};
use super::progress::{Progress, ProgressEvent};
use super::worker::Worker;
use crate::access;
use crate::error::{Error, ErrorKind, Result};
use crate::principal::Principal;
use crate::record::Record;
use crate::repository::DynamoRepository;
use crate::store::JobId;

/// Most segments that DynamoDB takes.
const MAX_SEGMENTS: u32 = 1_000_000;

/// An item that a job left as it was.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct FailedItem<'a> {
    /// Its key attributes.
    ///
    /// # Security
    /// They are values of yours: what logs them, logs them.
    pub key: &'a HashMap<String, AttributeValue>,
    /// Why, as it is counted.
    pub reason: FailureReason,
    /// Why. It shows no value.
    pub error: &'a Error,
}

impl fmt::Debug for FailedItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedItem").field("error", &self.error).finish_non_exhaustive()
    }
}

type OnFailure<'a> = dyn Fn(FailedItem<'_>) + Send + Sync + 'a;

/// A migration that is being put together; [`run`](Self::run) runs it.
///
/// It reads the table in parallel segments. Of each item of the record type that is not sealed, or
/// still has something of an old form, it opens the record as the repository's sealer reads it, seals
/// it anew, and writes header and encrypted attributes in place of the old ones: only where
/// everything that it read into them is still as it was. Whoever writes in between wins, and the item
/// is read again. Other attributes are not touched: neither those in the clear, nor those that the
/// record does not know, nor a `version`.
///
/// Each write is opened in memory before it is sent: what would not open afterwards is not written.
///
/// # Examples
/// ```no_run
/// # use dynacrypt_core::{error::Result, principal::Principal, record::Record, repository::DynamoRepository};
/// use dynacrypt_core::jobs::{CapacityLimit, Migration, Progress, checkpoint_table};
///
/// # async fn demo<Profile: Record + Send + Sync>(profiles: DynamoRepository<Profile>) -> Result<()> {
/// checkpoint_table(&profiles, "jobs").await?;
/// let job = Principal::service("seal-profiles", "ticket 4711");
/// let summary = Migration::of(&profiles)
///     .segments(8)
///     .checkpoint("jobs", "seal-profiles-2026-11")
///     .capacity(CapacityLimit::default().with_read(500).with_write(200))
///     .progress(Progress::auto())
///     .run(&job)
///     .await?;
/// println!("{summary}");
/// # Ok(()) }
/// ```
///
/// # Security
/// Values in the clear, and those of the old form, are in memory as the AWS client gives them, and are
/// not wiped there. Whoever can write to the checkpoint's table can make the job skip items, which are
/// then refused where the old form is; positions are sealed, and one that was changed is refused. Opening what another program encrypted vouches for what that format vouches for.
#[must_use = "a migration does nothing until it is run"]
pub struct Migration<'a, R> {
    repository: &'a DynamoRepository<R>,
    segments: u32,
    page_size: u32,
    checkpoint: Option<(String, String)>,
    lease: Duration,
    capacity: CapacityLimit,
    dry_run: bool,
    on_failure: Option<Box<OnFailure<'a>>>,
    progress: Progress,
}

impl<'a, R: Record + Send + Sync> Migration<'a, R> {
    /// A migration of the repository's table, with its sealer, in 4 segments, without checkpoint or
    /// limit.
    pub fn of(repository: &'a DynamoRepository<R>) -> Self {
        Self {
            repository,
            segments: 4,
            page_size: 100,
            checkpoint: None,
            lease: Duration::from_mins(1),
            capacity: CapacityLimit::default(),
            dry_run: false,
            on_failure: None,
            progress: Progress::default(),
        }
    }

    /// In so many segments at once: 1 to 1,000,000, and what is outside counts as the nearer of these.
    pub fn segments(mut self, segments: u32) -> Self {
        self.segments = segments.clamp(1, MAX_SEGMENTS);
        self
    }

    /// So many items a page, after each of which the checkpoint is written. The default is 100; 0
    /// counts as 1. A page has 1 MB at most, whatever it is set to.
    pub fn page_size(mut self, items: u32) -> Self {
        self.page_size = items.clamp(1, i32::MAX.cast_unsigned());
        self
    }

    /// Stores in this table where the job of this name is, so that it can be resumed. A job that was
    /// finished is not run again; a new one has a new name.
    pub fn checkpoint(mut self, table: impl Into<String>, job: impl Into<String>) -> Self {
        self.checkpoint = Some((table.into(), job.into()));
        self
    }

    /// How long the job is this runner's after a sign of life: 60 seconds, unless said. After a runner
    /// was killed, so much time passes before another can go on.
    ///
    /// The clocks of the runners (see [`DynamoRepository::with_clock`]) should differ by less. Where
    /// they do not, two runners are at the table at once: they take work from each other, and lose
    /// nothing.
    pub fn lease(mut self, time: Duration) -> Self {
        self.lease = time.max(Duration::from_millis(3));
        self
    }

    /// At most so many capacity units a second.
    pub fn capacity(mut self, limit: CapacityLimit) -> Self {
        self.capacity = limit;
        self
    }

    /// Reads, opens and seals everything, and writes nothing: neither items nor a checkpoint, which it
    /// does not look at either.
    pub fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }

    /// Tells each item that is left as it was, as soon as that is known. After a resumption it may
    /// tell one again.
    pub fn on_failure(mut self, tell: impl Fn(FailedItem<'_>) + Send + Sync + 'a) -> Self {
        self.on_failure = Some(Box::new(tell));
        self
    }

    /// Where it tells how far it is. The default is [`Progress::events`].
    pub fn progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Runs it to the end of the table, for a service. The use is audited.
    ///
    /// It is safe to drop at any point, and to run again. Items of a page that was not finished are
    /// looked at again, and those that were sealed count as settled then.
    ///
    /// An item that fails does not stop it: see [`MigrationSummary::is_clean`].
    ///
    /// # Errors
    /// `is_access_denied` for an owner, and for a service without name or reason; `is_job_held`;
    /// `is_invalid_request` where the checkpoint is of a job with other parameters, and
    /// `is_invalid_token` where it was tampered with; `is_not_capable` where the sealer only reads or
    /// only writes; DynamoDB's and the key provider's, after retries as the repository's
    /// [`Backoff`](crate::repository::Backoff) says. The checkpoint is that of the last finished pages
    /// then.
    pub async fn run(self, principal: &Principal) -> Result<MigrationSummary> {
        let table = self.repository.store().table_name();
        let proof = access::check_service(principal, "migrate", table)?;
        if !self.repository.sealer().seals() {
            return Err(Error::new(ErrorKind::NotCapable).with_reason(
                "this sealer only opens: a migration is for the deployment that writes sealed",
            ));
        }
        let worker = Worker::new(self.repository, proof);
        let (checkpoint, places) = match &self.checkpoint {
            Some((stored_in, job)) if !self.dry_run => {
                let id = JobId {
                    stored_in: stored_in.clone(),
                    job: job.clone(),
                    segments: self.segments,
                    table: table.to_owned(),
                    record: R::SCHEMA.record(),
                };
                let (checkpoint, places) = Checkpoint::take(&worker, id, self.lease).await?;
                (Some(checkpoint), places)
            }
            _ => (None, (0..self.segments).map(Place::first).collect()),
        };
        let was_finished = places.iter().all(|place| place.done);
        let resumed = places.iter().any(|place| place.done || place.start.is_some());
        let run = Run {
            worker,
            segments: self.segments,
            page_size: self.page_size,
            checkpoint,
            capacity: Capacity::of(self.capacity),
            writes: !self.dry_run,
            on_failure: self.on_failure,
            progress: self.progress,
            stop: AtomicBool::new(false),
            counts: Mutex::new(places.iter().map(|place| place.counts.clone()).collect()),
        };
        if !was_finished {
            run.all(places).await?;
        }
        let counts = run.total();
        Ok(MigrationSummary { counts, dry_run: self.dry_run, resumed, was_finished })
    }
}

impl<R: Record> fmt::Debug for Migration<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migration")
            .field("table", &self.repository.store().table_name())
            .field("segments", &self.segments)
            .field("checkpoint", &self.checkpoint)
            .field("capacity", &self.capacity)
            .field("dry_run", &self.dry_run)
            .finish_non_exhaustive()
    }
}

/// A migration that runs.
struct Run<'a, R> {
    worker: Worker<'a, R>,
    segments: u32,
    page_size: u32,
    checkpoint: Option<Checkpoint>,
    capacity: Capacity,
    writes: bool,
    on_failure: Option<Box<OnFailure<'a>>>,
    progress: Progress,
    /// A segment failed: the others end with their pages.
    stop: AtomicBool,
    /// By segment.
    counts: Mutex<Vec<Counts>>,
}

impl<R: Record + Send + Sync> Run<'_, R> {
    async fn all(&self, places: Vec<Place>) -> Result<()> {
        let table = self.worker.store().table_name();
        let estimate = self.worker.store().estimated_items(&self.worker.proof).await;
        let (segments, total) = (self.segments, &self.total());
        self.progress.tell(ProgressEvent::Begun { table, segments, estimate, total });
        let open = places.into_iter().filter(|place| !place.done);
        let mut running: FuturesUnordered<_> = open.map(|place| self.segment(place)).collect();
        let mut failed = None;
        while let Some(ended) = running.next().await {
            if let Err(error) = ended {
                self.stop.store(true, Ordering::Relaxed);
                failed.get_or_insert(error);
            }
        }
        if let Some(checkpoint) = &self.checkpoint {
            checkpoint.give_up(&self.worker, checkpoint.segments()).await;
        }
        let (complete, total) = (failed.is_none(), &self.total());
        self.progress.tell(ProgressEvent::Ended { table, complete, total });
        failed.map_or(Ok(()), Err)
    }

    fn total(&self) -> Counts {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().fold(Counts::default(), |mut total, counts| {
            total.add(counts);
            total
        })
    }
}

/// What keeps an item from being sealed.
enum Trouble {
    /// Something of its own: it is counted, and the job goes on.
    Item(Error),
    /// Something that the next item would meet too.
    Job(Error),
}

impl Trouble {
    /// Sorts an error by whether the next item would meet it too.
    fn of(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Decrypt
            | ErrorKind::NotSealed
            | ErrorKind::NotLegacy
            | ErrorKind::InvalidItem
            | ErrorKind::InvalidRecord
            | ErrorKind::OtherRecord
            | ErrorKind::ItemTooLarge => Self::Item(error),
            _ => Self::Job(error),
        }
    }
}
