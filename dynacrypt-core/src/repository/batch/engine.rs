//! What drives batch writes: fills requests, sends them, sends again what is left. It never holds
//! more than one request's items, and never seals one twice.

use std::collections::VecDeque;

use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, stream};

use super::super::DynamoRepository;
use super::unprocessed;
use super::write::{Leftover, Written};
use crate::access::OwnerProof;
use crate::codec;
use crate::error::{Error, Result};
use crate::record::Record;
use crate::sealed::Sealed;
use crate::store::{BatchChange, BatchEntry, BatchKey, MAX_WIRE_LEN, MAX_WRITES, check_len};

/// A write that was checked.
pub(super) struct Job<'a, R> {
    pub(super) place: usize,
    pub(super) proof: OwnerProof<R>,
    pub(super) task: Task<'a, R>,
}

pub(super) enum Task<'a, R> {
    Seal(Subject<'a, R>),
    Put(Sealed<R>),
    Delete,
}

/// A record, borrowed or not. Unlike `Cow`, it asks for no clone: records with secrets have none.
pub(super) enum Subject<'a, R> {
    Borrowed(&'a R),
    Owned(Box<R>),
}

impl<R> Subject<'_, R> {
    pub(super) fn record(&self) -> &R {
        match self {
            Self::Borrowed(record) => record,
            Self::Owned(record) => record,
        }
    }
}

/// What a source gives: a checked write, or the answer to one that was refused.
pub(super) type Checked<'a, R> = Result<Job<'a, R>, Written<R>>;

pub(super) struct Engine<'a, R> {
    repository: &'a DynamoRepository<R>,
    source: BoxStream<'a, Checked<'a, R>>,
    exhausted: bool,
    /// Taken from the source and sealed, but not for this request.
    held: Option<Entry<R>>,
    pending: Vec<Entry<R>>,
    ready: VecDeque<Written<R>>,
    /// Requests in a row that were not served as a whole.
    unserved: u32,
    stopped: Option<Error>,
}

/// An entry, and its bytes in a request.
struct Entry<R> {
    entry: BatchEntry<R>,
    wire_len: usize,
}

impl<'a, R: Record + Send + Sync> Engine<'a, R> {
    pub(super) fn new(
        repository: &'a DynamoRepository<R>,
        source: impl Stream<Item = Checked<'a, R>> + Send + 'a,
    ) -> Self {
        Self {
            repository,
            source: source.boxed(),
            exhausted: false,
            held: None,
            pending: Vec::with_capacity(MAX_WRITES),
            ready: VecDeque::new(),
            unserved: 0,
            stopped: None,
        }
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Written<R>> + Send + 'a {
        stream::unfold(self, |mut engine| async move {
            engine.next().await.map(|written| (written, engine))
        })
    }

    /// What became of the next item; `None` at the end, and once the batch has stopped.
    pub(super) async fn next(&mut self) -> Option<Written<R>> {
        loop {
            if let Some(written) = self.ready.pop_front() {
                return Some(written);
            }
            if self.stopped.is_none() {
                self.fill().await;
            }
            if let Some(error) = &self.stopped {
                let left = self.pending.drain(..).chain(self.held.take());
                self.ready.extend(left.map(|left| Written::left(left.entry, error.clone())));
            } else if !self.pending.is_empty() {
                self.attempt().await;
            }
            if self.ready.is_empty() && self.pending.is_empty() && self.held.is_none() {
                return None;
            }
        }
    }

    /// Where the batch was stopped: answers to what was not taken from its source before.
    pub(super) async fn rest(self) -> Option<Vec<Written<R>>> {
        let error = self.stopped?;
        let rest = self.source.map(|checked| match checked {
            Ok(job) => Written::unsent(job, error.clone()),
            Err(written) => written,
        });
        Some(rest.collect().await)
    }

    /// Takes items for the next request: at most 25, no key twice, and no more bytes than a request
    /// may have.
    async fn fill(&mut self) {
        while self.pending.len() < MAX_WRITES
            && self.ready.len() < MAX_WRITES
            && self.stopped.is_none()
        {
            let entry = match self.held.take() {
                Some(entry) => entry,
                None if self.exhausted => break,
                None => match self.source.next().await {
                    None => {
                        self.exhausted = true;
                        break;
                    }
                    Some(Err(refused)) => {
                        self.ready.push_back(refused);
                        continue;
                    }
                    Some(Ok(job)) => match self.seal(job).await {
                        Some(entry) => entry,
                        None => continue,
                    },
                },
            };
            let key = entry.entry.key.proof.key();
            let is_taken = self.pending.iter().any(|other| other.entry.key.proof.key() == key);
            let bytes: usize = self.pending.iter().map(|other| other.wire_len).sum();
            if is_taken || bytes + entry.wire_len > MAX_WIRE_LEN {
                self.held = Some(entry);
                break;
            }
            self.pending.push(entry);
        }
    }

    /// Seals a record; `None` where that failed, which is an answer.
    async fn seal(&mut self, job: Job<'a, R>) -> Option<Entry<R>> {
        let Job { place, proof, task } = job;
        let sealed = match task {
            Task::Seal(subject) => Some(match self.repository.stamp() {
                Ok(stamp) => {
                    self.repository.sealer.seal_stamped(subject.record(), Some(stamp)).await
                }
                Err(error) => Err(error),
            }),
            Task::Put(sealed) => Some(Ok(sealed)),
            Task::Delete => None,
        };
        let sealed = sealed.map(|sealed| {
            sealed.and_then(|sealed| check_len(sealed.attributes()).map(|()| sealed))
        });
        let (change, wire_len) = match sealed {
            Some(Ok(sealed)) => {
                let wire_len = codec::wire_len(sealed.attributes());
                (BatchChange::Put(sealed), wire_len)
            }
            // A key has 3 KB at most (2 and 1).
            None => (BatchChange::Delete, 6 * 3 * 1024),
            Some(Err(error)) => {
                // A record's own fault says nothing of the next.
                if !error.is_invalid_record() && !error.is_item_too_large() {
                    self.stopped = Some(error.clone());
                }
                self.ready.push_back(Written::failed(place, error));
                return None;
            }
        };
        let entry = BatchEntry { key: BatchKey { place, proof, left: 0 }, change };
        Some(Entry { entry, wire_len })
    }

    /// Sends what is pending once, and sorts what comes back.
    async fn attempt(&mut self) {
        let lens: Vec<(usize, usize)> =
            self.pending.iter().map(|entry| (entry.entry.key.place, entry.wire_len)).collect();
        let entries = self.pending.drain(..).map(|entry| entry.entry).collect();
        let wrote = self.repository.store.batch_write(entries).await;
        self.ready.extend(wrote.done.into_iter().map(Written::done));
        if wrote.left.is_empty() {
            self.unserved = 0;
            return;
        }
        let stop = wrote.error.as_ref().filter(|error| !error.is_throttled());
        self.stopped = stop.cloned();
        for mut entry in wrote.left {
            entry.key.left += 1;
            if let Some(error) = stop {
                self.ready.push_back(Written::left(entry, error.clone()));
            } else if entry.key.left >= self.repository.backoff.attempts() {
                let error = wrote.error.clone().unwrap_or_else(unprocessed);
                self.ready.push_back(Written::left(entry, error));
            } else {
                let of_place = lens.iter().find(|(place, _)| *place == entry.key.place);
                let wire_len = of_place.map_or(0, |(_, len)| *len);
                self.pending.push(Entry { entry, wire_len });
            }
        }
        if self.stopped.is_none() && !(self.pending.is_empty() && self.exhausted) {
            self.unserved += 1;
            self.repository.backoff.wait(self.unserved).await;
        }
    }
}

impl<R: Record> Written<R> {
    fn done(place: usize) -> Self {
        Self { place, error: None, leftover: None }
    }

    pub(super) fn failed(place: usize, error: Error) -> Self {
        Self { place, error: Some(error), leftover: None }
    }

    fn left(entry: BatchEntry<R>, error: Error) -> Self {
        let BatchEntry { key: BatchKey { place, proof, .. }, change } = entry;
        let leftover = match change {
            BatchChange::Put(sealed) => Leftover::put(place, sealed),
            BatchChange::Delete => Leftover::delete(place, proof.key().clone()),
        };
        Self { place, error: Some(error), leftover: Some(leftover) }
    }

    fn unsent(job: Job<'_, R>, error: Error) -> Self {
        let Job { place, proof, task } = job;
        let leftover = match task {
            Task::Seal(_) => None,
            Task::Put(sealed) => Some(Leftover::put(place, sealed)),
            Task::Delete => Some(Leftover::delete(place, proof.key().clone())),
        };
        Self { place, error: Some(error), leftover }
    }
}
