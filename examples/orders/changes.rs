//! The table's stream, as typed changes. It never trusts what a change says that it is before it
//! opened.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::types::{Record as StreamRecord, ShardIteratorType};
use dynacrypt::stream::{ChangeFailure, ChangeKind, ChangeReader, RawChange, SealedChange};
use dynacrypt::{Principal, Record};

use crate::shop::{Customer, Order, Payment, Shop, Stock};
use crate::show::{Outcome, ensure, line, step};

pub(crate) async fn follow(shop: &Shop, client: &Client) -> Outcome {
    step(10, "The stream of all that, opened.");
    let described = shop.client.describe_table().table_name(&shop.table).send().await?;
    let arn = described.table.and_then(|table| table.latest_stream_arn).ok_or("no stream")?;
    let records = records(client, &arn).await?;

    let reader = ChangeReader::new(shop.sealer.clone().read_only(), &*shop.table);
    let reader = reader.with_stream_arn(&*arn);
    let service = Principal::service("search", "keeps the index of orders current");
    let raw = records.into_iter().map(|record| RawChange::from_stream(&arn, record));
    let batch = reader.batch(&service, raw)?;
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for change in batch.iter() {
        *counts.entry(kind_of(&change).await?).or_default() += 1;
    }
    for ((what, kind), count) in &counts {
        line(&format!("{what} {kind}"), count);
    }
    ensure(counts.get(&("order", "removed")) == Some(&1), "the canceled order is among them")
}

/// Each record type in turn, until one is what the change is of.
async fn kind_of(change: &SealedChange<'_>) -> Outcome<(&'static str, &'static str)> {
    if let Some(kind) = as_record::<Customer>(change).await? {
        return Ok(("customer", kind));
    }
    if let Some(kind) = as_record::<Order>(change).await? {
        return Ok(("order", kind));
    }
    if let Some(kind) = as_record::<Payment>(change).await? {
        return Ok(("payment", kind));
    }
    let kind = as_record::<Stock>(change).await?;
    Ok(("stock", kind.ok_or("a record of no type of the shop's")?))
}

async fn as_record<R: Record>(change: &SealedChange<'_>) -> Outcome<Option<&'static str>> {
    match change.open::<R>().await {
        Ok(change) => Ok(Some(match change.kind() {
            ChangeKind::Inserted { .. } => "inserted",
            ChangeKind::Modified { .. } => "modified",
            ChangeKind::Removed { .. } => "removed",
        })),
        Err(failure) if failure.is_other_record() => Ok(None),
        Err(failure) => Err(ChangeFailure::into_error(failure).into()),
    }
}

/// What the stream of a table that was just made holds.
async fn records(client: &Client, arn: &str) -> Outcome<Vec<StreamRecord>> {
    let stream = client.describe_stream().stream_arn(arn).send().await?;
    let shards = stream.stream_description.and_then(|stream| stream.shards).unwrap_or_default();
    let mut records = Vec::new();
    for shard in shards.iter().filter_map(|shard| shard.shard_id()) {
        let request = client.get_shard_iterator().stream_arn(arn).shard_id(shard);
        let request = request.shard_iterator_type(ShardIteratorType::TrimHorizon);
        let mut iterator = request.send().await?.shard_iterator;
        // A shard that is still written to has no end: a few empty answers stand for it.
        let mut empty = 0;
        while let (Some(at), 0..3) = (&iterator, empty) {
            let answer = client.get_records().shard_iterator(at).send().await?;
            let found = answer.records.unwrap_or_default();
            empty = if found.is_empty() { empty + 1 } else { 0 };
            records.extend(found);
            iterator = answer.next_shard_iterator;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(records)
}
