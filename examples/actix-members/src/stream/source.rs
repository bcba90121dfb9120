//! The Streams API: shards, iterators, records, and what went wrong. It never looks into a record,
//! and passes none of AWS's texts on.

use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::config::{BehaviorVersion, Builder, Config, Credentials, Region};
use aws_sdk_dynamodbstreams::types::{
    Record, ShardIteratorType, StreamDescription, StreamViewType,
};
use example_common::Result;

use super::shards::Shard;

/// Records that are asked for at once.
const PAGE: i32 = 500;

/// One stream.
pub(super) struct Source {
    client: Client,
    arn: String,
}

/// Records of a shard, and where it goes on; nowhere, where it has ended.
pub(super) struct Page {
    pub(super) records: Vec<Record>,
    pub(super) next: Option<String>,
}

/// Why there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The iterator is too old.
    Expired,
    /// What comes next is no longer there.
    Trimmed,
    /// Throttled, or out of reach.
    Later,
}

/// How the embedded database's streams are reached: at its own endpoint, with credentials that are
/// none.
pub(super) fn embedded(endpoint: &str) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("embedded", "embedded", None, None, "embedded"))
        .endpoint_url(endpoint)
}

impl Source {
    /// The stream of this ARN.
    ///
    /// # Errors
    /// Where it is not there, or does not carry old and new images.
    pub(super) async fn open(client: Client, arn: String) -> Result<Self> {
        let source = Self { client, arn };
        let stream = source.describe(None).await.map_err(|_| "the stream cannot be read")?;
        if stream.stream_view_type != Some(StreamViewType::NewAndOldImages) {
            return Err("the table's stream must carry NEW_AND_OLD_IMAGES".into());
        }
        Ok(source)
    }

    pub(super) fn arn(&self) -> &str {
        &self.arn
    }

    /// All shards of the stream.
    pub(super) async fn shards(&self) -> std::result::Result<Vec<Shard>, Trouble> {
        let (mut shards, mut last) = (Vec::new(), None);
        loop {
            let stream = self.describe(last).await?;
            let listed = stream.shards.unwrap_or_default().into_iter();
            shards.extend(listed.filter_map(|shard| {
                Some(Shard { id: shard.shard_id?, parent: shard.parent_shard_id })
            }));
            last = stream.last_evaluated_shard_id;
            if last.is_none() {
                return Ok(shards);
            }
        }
    }

    async fn describe(
        &self,
        after: Option<String>,
    ) -> std::result::Result<StreamDescription, Trouble> {
        let asked = self.client.describe_stream().stream_arn(&self.arn);
        let answer = asked.set_exclusive_start_shard_id(after).send().await;
        answer.ok().and_then(|answer| answer.stream_description).ok_or(Trouble::Later)
    }

    /// An iterator of a shard: after this record, or from the oldest on.
    pub(super) async fn iterator(
        &self,
        shard: &str,
        after: Option<&str>,
    ) -> std::result::Result<String, Trouble> {
        let kind = match after {
            Some(_) => ShardIteratorType::AfterSequenceNumber,
            None => ShardIteratorType::TrimHorizon,
        };
        let asked = self.client.get_shard_iterator().stream_arn(&self.arn).shard_id(shard);
        let asked = asked.shard_iterator_type(kind).set_sequence_number(after.map(str::to_owned));
        let answer = asked.send().await.map_err(|error| match error.as_service_error() {
            Some(error) if error.is_trimmed_data_access_exception() => Trouble::Trimmed,
            _ => Trouble::Later,
        })?;
        answer.shard_iterator.ok_or(Trouble::Later)
    }

    /// The records from an iterator on.
    pub(super) async fn records(&self, iterator: String) -> std::result::Result<Page, Trouble> {
        let asked = self.client.get_records().shard_iterator(iterator).limit(PAGE);
        let answer = asked.send().await.map_err(|error| match error.as_service_error() {
            Some(error) if error.is_expired_iterator_exception() => Trouble::Expired,
            Some(error) if error.is_trimmed_data_access_exception() => Trouble::Trimmed,
            _ => Trouble::Later,
        })?;
        let next = answer.next_shard_iterator;
        Ok(Page { records: answer.records.unwrap_or_default(), next })
    }
}
