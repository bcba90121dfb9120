//! The consumer of the table's stream: it opens changes as a service, and keeps a history of names.
//! It never opens what is not of its stream, and one record that does not open stops no other.

pub(crate) mod history;
mod shards;
mod source;

use std::time::{Duration, Instant};

use aws_sdk_dynamodbstreams::types::Record;
use dynacrypt::Principal;
use dynacrypt::stream::{Change, ChangeKind, ChangeReader, RawChange};
use example_common::Result;
use example_common::backend::{self, Backend};
use example_common::options::BackendOptions;
use example_common::shutdown::Shutdown;

use self::history::{Entry, History, Operation};
use self::shards::Shards;
use self::source::{Source, Trouble};
use crate::members::{Member, changed};

/// Target of the consumer's events.
const TARGET: &str = "stream";
/// Between two looks at the shards: DynamoDB gives five a second for each shard.
const POLL: Duration = Duration::from_millis(250);
/// The longest that the consumer waits after trouble.
const LONGEST: Duration = Duration::from_secs(10);
/// Between two looks for new shards, where none has ended.
const DISCOVER: Duration = Duration::from_secs(30);

/// Follows one stream.
pub(crate) struct Consumer {
    source: Source,
    reader: ChangeReader,
    principal: Principal,
    history: History,
    shards: Shards,
    discovered: Option<Instant>,
    /// Changes that went into the history.
    changes: u64,
    /// Records that will never open, and were passed over.
    poison: u64,
}

/// How a look at all shards went.
#[derive(Debug, PartialEq, Eq)]
enum Round {
    Fine,
    /// Ask again later.
    Trouble,
}

impl Consumer {
    /// A consumer of the stream that the members' table has, into this history.
    ///
    /// # Errors
    /// Where the table has no stream, or one without old and new images.
    pub(crate) async fn open(
        options: &BackendOptions,
        backend: &Backend,
        history: History,
    ) -> Result<Self> {
        let table = backend.table_name::<Member>();
        let described = backend.dynamodb().describe_table().table_name(&table).send().await?;
        let arn = described.table.and_then(|table| table.latest_stream_arn).ok_or(
            "the table has no stream: turn it on with NEW_AND_OLD_IMAGES, \
             or give --consume-stream=false",
        )?;
        let client = match backend.embedded_endpoint() {
            Some(endpoint) => {
                aws_sdk_dynamodbstreams::Client::from_conf(source::embedded(&endpoint).build())
            }
            None => aws_sdk_dynamodbstreams::Client::new(
                &backend::config(options.dynamodb_endpoint_url.as_deref()).await,
            ),
        };
        let source = Source::open(client, arn).await?;
        // It reads, and has no use for new data keys. In the first deployments of the move from the
        // old form, old images are in that form: the sealer is the backend's, which reads them.
        let reader = ChangeReader::new(backend.sealer().clone().read_only(), table);
        Ok(Self::new(source, reader, history))
    }

    fn new(source: Source, reader: ChangeReader, history: History) -> Self {
        Self {
            reader: reader.with_stream_arn(source.arn()),
            source,
            principal: Principal::service("member-history", "names what was changed, to the owner"),
            history,
            shards: Shards::default(),
            discovered: None,
            changes: 0,
            poison: 0,
        }
    }

    /// Follows the stream until the end is asked for. Where it was is in memory alone, as is the
    /// history: a new process begins with the oldest record that the stream still has.
    pub(crate) async fn run(mut self, shutdown: Shutdown) {
        tracing::info!(target: TARGET, "following the table's stream");
        tokio::select! {
            () = self.follow() => {}
            () = shutdown.requested() => {}
        }
        let (changes, poison) = (self.changes, self.poison);
        tracing::info!(target: TARGET, changes, poison, "no longer following the stream");
    }

    async fn follow(&mut self) {
        let mut wait = POLL;
        loop {
            wait = match self.round().await {
                Round::Fine => POLL,
                Round::Trouble => {
                    let wait = (wait * 2).min(LONGEST);
                    tracing::warn!(target: TARGET, ms = wait.as_millis(), "asking again later");
                    wait
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// One look at each shard that may be read.
    async fn round(&mut self) -> Round {
        if self.discovered.is_none_or(|then| then.elapsed() > DISCOVER) {
            match self.source.shards().await {
                Ok(shards) => self.shards.discover(shards),
                Err(_) => return Round::Trouble,
            }
            self.discovered = Some(Instant::now());
        }
        let mut round = Round::Fine;
        for shard in self.shards.readable() {
            // One shard in trouble holds up no other.
            if self.look(&shard).await == Round::Trouble {
                round = Round::Trouble;
            }
        }
        round
    }

    /// One look at a shard.
    async fn look(&mut self, shard: &str) -> Round {
        let page = match self.page(shard).await {
            Ok(page) => page,
            Err(Trouble::Expired) => {
                self.shards.restart(shard);
                return Round::Fine;
            }
            Err(Trouble::Trimmed) => {
                // It was away for longer than the stream keeps: what is gone is gone, and told.
                tracing::error!(target: TARGET, "the stream no longer has what comes next");
                self.shards.forget_place(shard);
                return Round::Fine;
            }
            Err(Trouble::Later) => return Round::Trouble,
        };
        let taken = self.take(page.records).await;
        if let Some(number) = taken.after {
            self.shards.checkpoint(shard, number);
        }
        if taken.again {
            self.shards.restart(shard);
            return Round::Trouble;
        }
        if self.shards.advance(shard, page.next) {
            // A shard that ended has children.
            self.discovered = None;
        }
        Round::Fine
    }

    async fn page(&mut self, shard: &str) -> std::result::Result<source::Page, Trouble> {
        let iterator = match self.shards.iterator(shard) {
            Some(iterator) => iterator,
            None => self.source.iterator(shard, self.shards.place(shard)).await?,
        };
        self.source.records(iterator).await
    }

    /// Opens records, for the service, each data key unwrapped once; and puts them into the
    /// history, in order, up to one that may open later.
    async fn take(&mut self, records: Vec<Record>) -> Taken {
        let mut taken = Taken::default();
        if records.is_empty() {
            return taken;
        }
        let arn = self.source.arn();
        let raw = records.into_iter().map(|record| RawChange::from_stream(arn, record));
        let Ok(batch) = self.reader.batch(&self.principal, raw) else {
            return Taken { again: true, ..taken };
        };
        for opened in batch.open_all::<Member>().await {
            let number = match opened {
                Ok(change) => {
                    let number = change.sequence_number().to_owned();
                    self.note(change);
                    number
                }
                Err(failure) if failure.is_retryable() => {
                    taken.again = true;
                    return taken;
                }
                Err(failure) => {
                    self.poison += 1;
                    let (number, kind) = (failure.sequence_number(), failure.error().kind());
                    let poison = self.poison;
                    tracing::error!(target: TARGET, number, ?kind, poison, "passed over");
                    number.to_owned()
                }
            };
            if !number.is_empty() {
                taken.after = Some(number);
            }
        }
        taken
    }

    fn note(&mut self, change: Change<Member>) {
        let at = change.approximate_creation();
        let (operation, old, new) = match change.into_kind() {
            ChangeKind::Inserted { new } => (Operation::Created, None, new),
            ChangeKind::Modified { old, new } => (Operation::Changed, old, new),
            ChangeKind::Removed { old, .. } => (Operation::Removed, old, None),
        };
        let Some(id) = new.as_ref().or(old.as_ref()).map(|member| member.user_id.clone()) else {
            return;
        };
        self.history.add(id, Entry::new(operation, changed(old.as_ref(), new.as_ref()), at));
        self.changes += 1;
    }
}

/// What became of the records of a page.
#[derive(Debug, Default, PartialEq, Eq)]
struct Taken {
    /// The last that is done with.
    after: Option<String>,
    /// Whether those after it must come again.
    again: bool,
}

#[cfg(test)]
mod tests;
