//! DynamoDB Streams: stream records to typed changes, opened. It reads no stream itself, checks no
//! owner (a consumer is a service), and never opens what it cannot place.
//!
//! | records from | feature | how they get in |
//! |---|---|---|
//! | AWS Lambda (`aws_lambda_events`) | `lambda` | an `EventRecord` is `Into<RawChange>` |
//! | the DynamoDB Streams API (`aws-sdk-dynamodbstreams`) | `streams` | `RawChange::from_stream` |
//!
//! A [`ChangeReader`] knows the table that the records must come from. [`ChangeReader::batch`] takes
//! the records of one call for a service principal, and audits it once. [`ChangeBatch::open_all`]
//! opens them all as changes of one record type: in order, each with its own outcome, each data key
//! unwrapped once. Where a table holds several record types, go through the batch one by one and try
//! each type: [`SealedChange::open`] borrows.
//!
#![cfg_attr(
    feature = "lambda",
    doc = r#"
# A Lambda function

```
# extern crate dynacrypt_core as dynacrypt;
use aws_lambda_events::event::dynamodb::Event;
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use dynacrypt::error::Error;
use dynacrypt::principal::Principal;
use dynacrypt::secret::Secret;
use dynacrypt::stream::{ChangeKind, ChangeReader, batch_response};
# use dynacrypt_derive::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    display_name: String,
    #[encrypted]
    ssn: Secret<String>,
}

/// The reader is made once, at the cold start:
/// `ChangeReader::new(Sealer::new(provider).read_only(), "production-profiles")`.
async fn handle(reader: &ChangeReader, event: Event) -> Result<DynamoDbEventResponse, Error> {
    let service = Principal::service("profile-search", "keeps the search index current");
    let batch = reader.batch(&service, event.records)?;
    let mut failed = Vec::new();
    for opened in batch.open_all::<Profile>().await {
        match opened {
            Ok(change) => {
                let sequence_number = change.sequence_number().to_owned();
                if update_search_index(change.into_kind()).await.is_err() {
                    failed.push(sequence_number);
                }
            }
            // Says neither which item nor what was in it.
            Err(failure) => {
                eprintln!("{failure}: {}", failure.error());
                failed.push(failure.sequence_number().to_owned());
            }
        }
    }
    Ok(batch_response(failed))
}

async fn update_search_index(change: ChangeKind<Profile>) -> std::io::Result<()> {
    match change {
        ChangeKind::Inserted { new } | ChangeKind::Modified { new, .. } => {
            if let Some(profile) = new {
                println!("put {} into the index", profile.display_name);
            }
        }
        ChangeKind::Removed { expired, .. } => println!("take it out; expired: {expired}"),
    }
    Ok(())
}
# #[tokio::main(flavor = "current_thread")]
# async fn main() -> Result<(), Error> {
#     let sealer = dynacrypt::seal::Sealer::new(dynacrypt::keys::LocalKeyProvider::generate()?);
#     let reader = ChangeReader::new(sealer.clone(), "production-profiles");
#     let mut event = Event::default();
#     assert!(handle(&reader, event.clone()).await?.batch_item_failures.is_empty());
#     let ada = Profile {
#         user_id: "user-1".into(), display_name: "Ada".into(), ssn: Secret::from("078-05-1120"),
#     };
#     let mut record = aws_lambda_events::event::dynamodb::EventRecord::default();
#     record.event_name = "INSERT".into();
#     record.event_source = Some("aws:dynamodb".into());
#     record.event_source_arn = Some("arn:aws:dynamodb:eu-west-1:123456789012:table/production-profiles/stream/1".into());
#     record.change.sequence_number = Some("1".into());
#     record.change.new_image = sealer.seal(&ada).await?.into_item().into();
#     let mut unnamed = record.clone();
#     record.change.keys = [("user_id".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S("user-1".into()))]
#         .into_iter().collect::<std::collections::HashMap<_, _>>().into();
#     unnamed.change.sequence_number = Some("2".into());
#     event.records = vec![record, unnamed];
#     let answer = handle(&reader, event).await?.batch_item_failures;
#     assert_eq!(answer.len(), 1);
#     assert_eq!(answer[0].item_identifier.as_deref(), Some("2"));
#     Ok(())
# }
```

The event source mapping needs `FunctionResponseTypes: [ReportBatchItemFailures]`; without it Lambda
takes any answer for complete success. Lambda retries from the lowest sequence number reported on,
so that changes after it come again: handle them idempotently. A record that never opens holds its
shard up until it expires, unless the mapping sets `MaximumRetryAttempts` and a failure destination;
[`ChangeFailure::is_retryable`] tells the two apart.
"#
)]
//! # What a change proves
//!
//! An image opens only if it is what some sealer sealed for this table, key and owner: docs/format.md
//! section 7.2, with the `Keys` of the stream record as the key asked for. Source, table and
//! operation of a record are what the event says; they are compared, and not signed by anyone. Nor
//! does an image prove when it was current: whoever can invoke the consumer can hand it an old image
//! of the same item as new.

mod batch;
mod change;
#[cfg(feature = "lambda")]
mod lambda;
mod raw;
#[cfg(feature = "streams")]
mod sdk;

pub use batch::{ChangeBatch, ChangeReader, SealedChange};
pub use change::{Change, ChangeFailure, ChangeKind};
#[cfg(feature = "lambda")]
pub use lambda::batch_response;
pub use raw::RawChange;

#[cfg(all(feature = "lambda", feature = "streams", feature = "testing"))]
#[cfg(test)]
mod tests;
