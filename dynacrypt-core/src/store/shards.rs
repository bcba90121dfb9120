//! Raw records of a DynamoDB stream, for audits: its shards, and a page of each. It never opens an
//! image, and gives nothing to anyone but a service.

use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};

use crate::access::ServiceProof;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{HttpsGuard, translate};

/// Where a shard is read from.
#[derive(Debug, Clone)]
pub(crate) enum From {
    TrimHorizon,
    Latest,
    After(String),
}

/// The ids of the stream's shards, all of them.
pub(crate) async fn shards(
    client: &Client,
    guard: HttpsGuard,
    _proof: &ServiceProof,
    stream: &str,
) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let answer = client
            .describe_stream()
            .stream_arn(stream)
            .set_exclusive_start_shard_id(after.clone())
            .customize()
            .interceptor(guard)
            .send()
            .await
            .map_err(|error| translate("dynamodb:DescribeStream", &error, kind_of))?;
        let described = answer.stream_description.unwrap_or_else(|| {
            aws_sdk_dynamodbstreams::types::StreamDescription::builder().build()
        });
        let next = described.last_evaluated_shard_id.clone();
        ids.extend(described.shards.unwrap_or_default().into_iter().filter_map(|s| s.shard_id));
        if next.is_none() {
            return Ok(ids);
        }
        if next == after {
            return Err(Error::new(ErrorKind::Service).with_reason("a page ends where it begins"));
        }
        after = next;
    }
}

/// An iterator into a shard.
pub(crate) async fn iterator(
    client: &Client,
    guard: HttpsGuard,
    _proof: &ServiceProof,
    (stream, shard): (&str, &str),
    from: &From,
) -> Result<Option<String>> {
    let (kind, after) = match from {
        From::TrimHorizon => (ShardIteratorType::TrimHorizon, None),
        From::Latest => (ShardIteratorType::Latest, None),
        From::After(number) => (ShardIteratorType::AfterSequenceNumber, Some(number.clone())),
    };
    let answer = client
        .get_shard_iterator()
        .stream_arn(stream)
        .shard_id(shard)
        .shard_iterator_type(kind)
        .set_sequence_number(after)
        .customize()
        .interceptor(guard)
        .send()
        .await
        .map_err(|error| translate("dynamodb:GetShardIterator", &error, kind_of))?;
    Ok(answer.shard_iterator)
}

/// The records at an iterator, and the iterator after them: `None` at the end of a closed shard.
pub(crate) async fn records(
    client: &Client,
    guard: HttpsGuard,
    _proof: &ServiceProof,
    iterator: String,
) -> Result<(Vec<Record>, Option<String>)> {
    let answer = client
        .get_records()
        .shard_iterator(iterator)
        .customize()
        .interceptor(guard)
        .send()
        .await
        .map_err(|error| translate("dynamodb:GetRecords", &error, kind_of))?;
    Ok((answer.records.unwrap_or_default(), answer.next_shard_iterator))
}

fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "ResourceNotFoundException" => ErrorKind::TableNotFound,
        // What its caller makes another of.
        EXPIRED | TRIMMED => ErrorKind::Conflict,
        _ => return None,
    })
}

const EXPIRED: &str = "ExpiredIteratorException";
const TRIMMED: &str = "TrimmedDataAccessException";
