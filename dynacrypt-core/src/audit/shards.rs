//! Audits of streams: every image of every record, shard by shard. It reads by way of the store
//! alone, and keeps no record.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::types::Record;
use tokio::time::Instant;

use super::json::{ExportRecord, is_id};
use super::report::{Place, Report};
use super::{Auditor, Malformed};
use crate::access::{self, ServiceProof};
use crate::codec;
use crate::error::Result;
use crate::principal::Principal;
use crate::store::shards::{self, From};
use crate::transport::HttpsGuard;

/// Between two looks at shards that had nothing new.
const POLL: Duration = Duration::from_millis(250);
/// An open shard gives empty pages in between. After as many in a row it counts as drained.
const DRAINED_AFTER: u32 = 5;

/// Where an audit of a stream begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StartAt {
    /// At the oldest record: DynamoDB keeps them for a day.
    TrimHorizon,
    /// After the newest.
    Latest,
}

/// A reading of a DynamoDB stream, for an audit.
///
/// It ends when every shard has been read to its end: closed ones to the last record, open ones until
/// five answers in a row were empty. Told [`for_duration`](Self::for_duration), it goes on with what
/// comes until then.
///
/// # Examples
/// ```no_run
/// use dynacrypt_core::audit::{Auditor, Report, Source, StartAt, StreamReading};
/// use dynacrypt_core::principal::Principal;
///
/// # async fn demo(client: aws_sdk_dynamodbstreams::Client, arn: &str) -> dynacrypt_core::error::Result<()> {
/// let service = Principal::service("nightly-audit", "looks for secrets in the clear");
/// let mut report = Report::new(Source::Stream(arn.to_owned()));
/// let reading = StreamReading::new(client, arn, StartAt::TrimHorizon);
/// reading.run(&service, &Auditor::new(), &mut report).await?;
/// # Ok(()) }
/// ```
///
/// # Security
/// The service needs `dynamodb:DescribeStream`, `dynamodb:GetShardIterator` and
/// `dynamodb:GetRecords`, and no KMS key. At TRACE the AWS client logs the records that it gets.
#[derive(Clone)]
pub struct StreamReading {
    client: Client,
    stream: Arc<str>,
    start: StartAt,
    duration: Option<Duration>,
    guard: HttpsGuard,
}

/// A shard that is being read.
struct Shard {
    id: Arc<str>,
    iterator: String,
    /// The newest record that was seen.
    last: Option<String>,
    empty: u32,
}

impl StreamReading {
    /// A reading of the stream of this ARN.
    #[must_use]
    pub fn new(client: Client, stream_arn: impl Into<Arc<str>>, start: StartAt) -> Self {
        let guard = HttpsGuard { allow_plain_http: false };
        Self { client, stream: stream_arn.into(), start, duration: None, guard }
    }

    /// Goes on for so long.
    #[must_use]
    pub fn for_duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Lets an endpoint be plain HTTP and not on this machine.
    ///
    /// # Security
    /// The AWS signature, and all that is in the stream, then cross the network in the clear. For
    /// test setups.
    #[must_use]
    pub fn danger_allow_plain_http(mut self) -> Self {
        self.guard.allow_plain_http = true;
        self
    }

    /// Audits every image.
    ///
    /// # Errors
    /// `is_access_denied` for a principal that is no service; `is_table_not_found` where there is no
    /// such stream; `is_insecure_endpoint`; DynamoDB's, after the client's own retries. The report
    /// then holds what was seen until then, and says that it is not of the whole.
    pub async fn run(
        &self,
        principal: &Principal,
        auditor: &Auditor,
        report: &mut Report,
    ) -> Result<()> {
        let proof = access::check_service(principal, "audit", &self.stream)?;
        let read = self.read(&proof, auditor, report).await;
        read.inspect_err(|_| report.unreadable(&self.place(None, None), Malformed::Refused))
    }

    async fn read(
        &self,
        proof: &ServiceProof,
        auditor: &Auditor,
        report: &mut Report,
    ) -> Result<()> {
        let until = self.duration.map(|duration| Instant::now() + duration);
        let mut known = BTreeSet::new();
        let first = match self.start {
            StartAt::TrimHorizon => From::TrimHorizon,
            StartAt::Latest => From::Latest,
        };
        let mut open = self.unknown(proof, &mut known, &first).await?;
        while !open.is_empty() && until.is_none_or(|until| Instant::now() < until) {
            let mut still_open = Vec::new();
            let (mut saw_some, mut closed) = (false, false);
            for shard in open {
                let before = shard.empty;
                match self.shard(proof, shard, auditor, report).await? {
                    Some(shard) => {
                        saw_some |= shard.empty <= before;
                        if until.is_some() || shard.empty < DRAINED_AFTER {
                            still_open.push(shard);
                        }
                    }
                    None => closed = true,
                }
            }
            open = still_open;
            if closed {
                // What follows on a shard that was closed is new, from its first record on.
                open.extend(self.unknown(proof, &mut known, &From::TrimHorizon).await?);
            }
            if !saw_some && !open.is_empty() {
                tokio::time::sleep(POLL).await;
            }
        }
        Ok(())
    }

    /// The shards that are not known yet.
    async fn unknown(
        &self,
        proof: &ServiceProof,
        known: &mut BTreeSet<String>,
        from: &From,
    ) -> Result<Vec<Shard>> {
        let mut found = Vec::new();
        for id in shards::shards(&self.client, self.guard, proof, &self.stream).await? {
            if known.insert(id.clone()) {
                let at = (&*self.stream, id.as_str());
                let iterator = shards::iterator(&self.client, self.guard, proof, at, from).await?;
                let shard = |iterator| Shard { id: id.into(), iterator, last: None, empty: 0 };
                found.extend(iterator.map(shard));
            }
        }
        Ok(found)
    }

    /// A page of a shard; `None` where it was its last.
    async fn shard(
        &self,
        proof: &ServiceProof,
        mut shard: Shard,
        auditor: &Auditor,
        report: &mut Report,
    ) -> Result<Option<Shard>> {
        let iterator = std::mem::take(&mut shard.iterator);
        let (records, next) = match shards::records(&self.client, self.guard, proof, iterator).await
        {
            Ok(answer) => answer,
            // The iterator is too old, or what it was at is gone.
            Err(error) if error.is_conflict() => {
                let from = shard.last.clone().map_or(From::TrimHorizon, From::After);
                let at = (&*self.stream, &*shard.id);
                let next = shards::iterator(&self.client, self.guard, proof, at, &from).await?;
                (Vec::new(), next)
            }
            Err(error) => return Err(error),
        };
        shard.empty = if records.is_empty() { shard.empty + 1 } else { 0 };
        for record in records {
            let number = record.dynamodb().and_then(|change| change.sequence_number.clone());
            shard.last = number.or(shard.last);
            self.record(&shard.id, record, auditor, report);
        }
        Ok(next.map(|iterator| Shard { iterator, ..shard }))
    }

    fn record(&self, shard: &Arc<str>, record: Record, auditor: &Auditor, report: &mut Report) {
        let event = record.event_id.filter(|id| is_id(id));
        let change = record
            .dynamodb
            .unwrap_or_else(|| aws_sdk_dynamodbstreams::types::StreamRecord::builder().build());
        let mut place = self.place(Some(shard.clone()), change.sequence_number);
        if let Place::Stream { event: slot, .. } = &mut place {
            *slot = event;
        }
        let mut unknown = false;
        let mut known = |image: Option<_>| {
            let known = image.map(codec::stream_attributes);
            unknown |= matches!(known, Some(None));
            known.flatten()
        };
        let (keys, new, old) =
            (known(change.keys), known(change.new_image), known(change.old_image));
        if unknown {
            report.unreadable(&place, Malformed::UnknownType);
        }
        match ExportRecord::from_images(None, keys, new, old) {
            Some(record) => report.record(auditor, &place, &record),
            None if unknown => {}
            None => report.unreadable(&place, Malformed::NotARecord),
        }
    }

    fn place(&self, shard: Option<Arc<str>>, sequence: Option<String>) -> Place {
        let sequence = sequence.filter(|number| is_id(number));
        Place::Stream { stream: self.stream.clone(), shard, event: None, sequence }
    }
}

impl fmt::Debug for StreamReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamReading")
            .field("stream", &self.stream)
            .field("start", &self.start)
            .field("duration", &self.duration)
            .finish_non_exhaustive()
    }
}
