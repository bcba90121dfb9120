//! Batches of stream records, opened for a service. It never opens a record that is not of the
//! reader's table, or an image under another key than the record's.

use std::fmt;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;

use super::change::{Change, ChangeFailure, ChangeKind};
use super::raw::{Operation, RawChange};
use crate::access::{self, ServiceProof};
use crate::error::{Error, ErrorKind, Result};
use crate::item;
use crate::observe;
use crate::principal::Principal;
use crate::record::{Attributes, Key, Record};
use crate::seal::Sealer;
use crate::sealed::Unopened;

/// Records that are being opened at a time: enough to have several data keys unwrapped at once.
const AT_A_TIME: usize = 16;

/// Opens the stream records of one table.
///
/// Clones share the sealer's cache. The module's documentation has a complete Lambda function.
///
/// # Examples
/// ```
/// use dynacrypt_core::keys::LocalKeyProvider;
/// use dynacrypt_core::seal::Sealer;
/// use dynacrypt_core::stream::ChangeReader;
///
/// let sealer = Sealer::new(LocalKeyProvider::generate()?).read_only();
/// let reader = ChangeReader::new(sealer, "production-profiles").with_stream_arn(
///     "arn:aws:dynamodb:eu-west-1:123456789012:table/production-profiles/stream/2026-01-01T00:00:00.000",
/// );
/// # let _ = reader;
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
///
/// # Security
/// A reader opens the items of every owner: it belongs in a service, with a sealer that is
/// [read-only](Sealer::read_only). The table's name alone does not say which account and region it
/// is in; [`with_stream_arn`](Self::with_stream_arn) does.
#[derive(Clone)]
pub struct ChangeReader {
    sealer: Sealer,
    table: Arc<str>,
    stream_arn: Option<Arc<str>>,
    old_images: bool,
}

impl ChangeReader {
    /// A reader of the streams of this table, by its physical name: what stands in its ARN.
    #[must_use]
    pub fn new(sealer: Sealer, table: impl Into<Arc<str>>) -> Self {
        Self { sealer, table: table.into(), stream_arn: None, old_images: true }
    }

    /// The same reader for this very stream. A stream that is turned off and on again has another
    /// ARN.
    #[must_use]
    pub fn with_stream_arn(mut self, arn: impl Into<Arc<str>>) -> Self {
        self.stream_arn = Some(arn.into());
        self
    }

    /// The same reader, leaving old images closed: every `old` is `None`.
    ///
    /// It halves the work where nobody looks at them, and lets changes through whose old image no
    /// longer opens: an item that was in the clear until it was migrated, or whose key is gone.
    #[must_use]
    pub fn without_old_images(mut self) -> Self {
        self.old_images = false;
        self
    }

    /// Takes the records of one call or one page, for a service. The use is audited, once.
    ///
    /// # Errors
    /// `is_access_denied` for an owner, and for a service without name or reason. Records that
    /// cannot be changes of this table are no error here: each of them fails when it is opened.
    ///
    /// # Security
    /// The batch holds the data keys that its records needed, and the provider's refusals, until it
    /// is dropped, whatever the sealer's cache limits: keep it for no longer than the call.
    pub fn batch<C: Into<RawChange>>(
        &self,
        principal: &Principal,
        records: impl IntoIterator<Item = C>,
    ) -> Result<ChangeBatch> {
        let proof = access::check_service(principal, "stream", &self.table)?;
        Ok(ChangeBatch {
            reader: Self { sealer: self.sealer.for_batch(), ..self.clone() },
            records: records.into_iter().map(Into::into).collect(),
            _proof: proof,
        })
    }
}

impl fmt::Debug for ChangeReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeReader")
            .field("table", &self.table)
            .field("stream_arn", &self.stream_arn)
            .field("old_images", &self.old_images)
            .finish_non_exhaustive()
    }
}

/// The records of one call, for a service that may open them.
///
/// [`ChangeReader::batch`] makes one. Each data key that the records need is asked for once, however
/// many of them it sealed, and whether or not it was given.
pub struct ChangeBatch {
    reader: ChangeReader,
    records: Vec<RawChange>,
    /// That a service asked.
    _proof: ServiceProof,
}

impl ChangeBatch {
    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The records one by one, for a table that holds several record types.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = SealedChange<'_>> {
        self.records.iter().map(|record| SealedChange { reader: &self.reader, record })
    }

    /// Opens every record as a change of an `R`: one outcome a record, in the order of the records.
    pub async fn open_all<R: Record>(&self) -> Vec<Result<Change<R>, ChangeFailure>> {
        let mut opened = Vec::with_capacity(self.records.len());
        let mut waiting = self.records.iter();
        let mut opening = FuturesOrdered::new();
        for record in waiting.by_ref().take(AT_A_TIME) {
            opening.push_back(self.reader.open::<R>(record));
        }
        while let Some(outcome) = opening.next().await {
            opened.push(outcome);
            if let Some(record) = waiting.next() {
                opening.push_back(self.reader.open::<R>(record));
            }
        }
        opened
    }
}

impl fmt::Debug for ChangeBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeBatch")
            .field("table", &self.reader.table)
            .field("records", &self.records.len())
            .finish_non_exhaustive()
    }
}

/// One record of a [`ChangeBatch`], not opened yet.
///
/// # Examples
/// ```
/// use dynacrypt_core::record::Record;
/// use dynacrypt_core::stream::{ChangeBatch, ChangeFailure};
///
/// async fn route<Order: Record, Customer: Record>(batch: &ChangeBatch) -> Result<(), ChangeFailure> {
///     for sealed in batch.iter() {
///         match sealed.open::<Order>().await {
///             Ok(order) => println!("{order:?}"), // shows no value
///             Err(failure) if failure.is_other_record() => {
///                 let customer = sealed.open::<Customer>().await?;
///                 println!("{customer:?}");
///             }
///             Err(failure) => return Err(failure),
///         }
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy)]
pub struct SealedChange<'b> {
    reader: &'b ChangeReader,
    record: &'b RawChange,
}

impl SealedChange<'_> {
    /// Opens the record as a change of an `R`.
    ///
    /// # Errors
    /// `is_other_record` where its key is none of an `R`'s: it stays as it is, for the next type to
    /// be tried. For the rest see [`ChangeFailure::error`].
    pub async fn open<R: Record>(&self) -> Result<Change<R>, ChangeFailure> {
        self.reader.open(self.record).await
    }

    /// The record's sequence number; empty where it has none.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        self.record.sequence_number()
    }
}

impl fmt::Debug for SealedChange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SealedChange").field(self.record).finish()
    }
}

// Called by a `ChangeBatch` alone, which a service proof stands behind.
impl ChangeReader {
    async fn open<R: Record>(&self, record: &RawChange) -> Result<Change<R>, ChangeFailure> {
        self.open_now(record).await.map_err(|error| ChangeFailure {
            sequence_number: record.sequence_number().to_owned(),
            error,
        })
    }

    async fn open_now<R: Record>(&self, record: &RawChange) -> Result<Change<R>> {
        let operation =
            record.check(&self.table, self.stream_arn.as_deref()).inspect_err(|_| {
                let table = &*self.table;
                tracing::warn!(target: observe::REFUSED, table, "a stream record was refused");
            })?;
        let key = key_of_record::<R>(&record.keys)?;
        let old = match &record.old {
            Some(image) if self.old_images => Some(self.open_image(&key, image).await?),
            _ => None,
        };
        let new = match &record.new {
            Some(image) => Some(self.open_image(&key, image).await?),
            None => None,
        };
        Ok(Change {
            key,
            kind: match operation {
                Operation::Insert => ChangeKind::Inserted { new },
                Operation::Modify => ChangeKind::Modified { old, new },
                Operation::Remove => ChangeKind::Removed { old, expired: record.expired },
            },
            sequence_number: record.sequence_number().to_owned(),
            event_id: record.event_id.clone(),
            created: record.created,
        })
    }

    /// Opens an image, which must be of the record's key.
    async fn open_image<R: Record>(&self, key: &Key<R>, image: &Attributes) -> Result<R> {
        self.sealer.open_unopened(Unopened::new(key.clone(), image.clone())).await
    }
}

/// The key of an `R`, where these are its attributes and no others.
fn key_of_record<R: Record>(keys: &Attributes) -> Result<Key<R>> {
    let attributes = 1 + usize::from(R::SCHEMA.sort_key().is_some());
    item::key_of::<R>(keys)
        .filter(|key| keys.len() == attributes && key.is_possible())
        .ok_or_else(|| Error::new(ErrorKind::OtherRecord))
}
