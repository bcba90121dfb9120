//! Stream records as AWS Lambda delivers them, and the answer that it expects. It never interprets
//! an attribute.

use aws_lambda_events::event::dynamodb::{EventRecord, StreamViewType, UserIdentity};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};

// Its conversion of an item into the SDK's attributes is what `into` below stands for.
use serde_dynamo as _;

use super::raw::{Operation, RawChange, View, is_time_to_live, time_of};

impl From<EventRecord> for RawChange {
    fn from(record: EventRecord) -> Self {
        let change = record.change;
        let created = &change.approximate_creation_date_time;
        Self {
            operation: operation_named(&record.event_name),
            event_source: record.event_source,
            source_arn: record.event_source_arn,
            event_id: Some(record.event_id).filter(|id| !id.is_empty()),
            sequence_number: change.sequence_number,
            created: time_of(created.timestamp(), created.timestamp_subsec_nanos()),
            expired: record.user_identity.as_ref().is_some_and(
                |UserIdentity { type_, principal_id, .. }| is_time_to_live(type_, principal_id),
            ),
            view: change.stream_view_type.and_then(|view| match view {
                StreamViewType::KeysOnly => Some(View { old: false, new: false }),
                StreamViewType::NewImage => Some(View { old: false, new: true }),
                StreamViewType::OldImage => Some(View { old: true, new: false }),
                StreamViewType::NewAndOldImages => Some(View { old: true, new: true }),
                _ => None,
            }),
            keys: change.keys.into(),
            // An item has at least its key: an image without attributes stands for no image.
            old: Some(change.old_image).filter(|image| !image.is_empty()).map(Into::into),
            new: Some(change.new_image).filter(|image| !image.is_empty()).map(Into::into),
            unknown: false,
        }
    }
}

impl From<&EventRecord> for RawChange {
    fn from(record: &EventRecord) -> Self {
        record.clone().into()
    }
}

fn operation_named(name: &str) -> Option<Operation> {
    match name {
        "INSERT" => Some(Operation::Insert),
        "MODIFY" => Some(Operation::Modify),
        "REMOVE" => Some(Operation::Remove),
        _ => None,
    }
}

/// The answer of a Lambda function that could not handle the records of these sequence numbers. With
/// none, the batch is done.
///
/// Lambda retries everything from the lowest of them on, and the whole batch for an empty one.
///
/// # Examples
/// ```
/// use dynacrypt_core::stream::batch_response;
///
/// let answer = batch_response(["4421584500000000017450439091"]);
/// assert_eq!(
///     serde_json::to_string(&answer)?,
///     r#"{"batchItemFailures":[{"itemIdentifier":"4421584500000000017450439091"}]}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn batch_response<S: Into<String>>(
    failed: impl IntoIterator<Item = S>,
) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    for sequence_number in failed {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = Some(sequence_number.into());
        response.batch_item_failures.push(failure);
    }
    response
}
