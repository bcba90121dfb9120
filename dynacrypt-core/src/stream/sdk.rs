//! Stream records as the DynamoDB Streams API gives them. It never interprets an attribute, and
//! never drops one: a type that the SDK does not know makes the record unusable.

use std::collections::HashMap;

use aws_sdk_dynamodbstreams::types::{
    AttributeValue as StreamValue, Identity, OperationType, Record, StreamViewType,
};

use super::raw::{Operation, RawChange, View, is_time_to_live, time_of};
use crate::codec;
use crate::record::Attributes;

impl RawChange {
    /// A record that `GetRecords` gave, of the stream whose ARN the shard iterator was asked for: the
    /// record itself does not name it.
    ///
    /// # Examples
    /// ```
    /// use aws_sdk_dynamodbstreams::types::Record;
    /// use dynacrypt_core::stream::RawChange;
    ///
    /// fn changes(stream_arn: &str, page: Vec<Record>) -> impl Iterator<Item = RawChange> {
    ///     page.into_iter().map(move |record| RawChange::from_stream(stream_arn, record))
    /// }
    /// # assert_eq!(changes("", vec![]).count(), 0);
    /// ```
    #[must_use]
    pub fn from_stream(stream_arn: &str, record: Record) -> Self {
        let identity = |identity: &Identity| {
            is_time_to_live(
                identity.r#type().unwrap_or_default(),
                identity.principal_id().unwrap_or_default(),
            )
        };
        let mut raw = Self {
            operation: record.event_name.and_then(|name| match name {
                OperationType::Insert => Some(Operation::Insert),
                OperationType::Modify => Some(Operation::Modify),
                OperationType::Remove => Some(Operation::Remove),
                _ => None,
            }),
            event_source: record.event_source,
            source_arn: Some(stream_arn.to_owned()),
            event_id: record.event_id,
            expired: record.user_identity.as_ref().is_some_and(identity),
            ..Self::default()
        };
        let Some(change) = record.dynamodb else { return raw };
        raw.sequence_number = change.sequence_number;
        raw.created = change
            .approximate_creation_date_time
            .and_then(|time| time_of(time.secs(), time.subsec_nanos()));
        raw.view = change.stream_view_type.and_then(|view| match view {
            StreamViewType::KeysOnly => Some(View { old: false, new: false }),
            StreamViewType::NewImage => Some(View { old: false, new: true }),
            StreamViewType::OldImage => Some(View { old: true, new: false }),
            StreamViewType::NewAndOldImages => Some(View { old: true, new: true }),
            _ => None,
        });
        raw.keys = raw.known(change.keys).unwrap_or_default();
        raw.old = raw.known(change.old_image);
        raw.new = raw.known(change.new_image);
        raw
    }

    /// The image, where it is there and all of it is known. An item has at least its key: an image
    /// without attributes stands for no image.
    fn known(&mut self, image: Option<HashMap<String, StreamValue>>) -> Option<Attributes> {
        let image = image.filter(|image| !image.is_empty())?;
        let known = codec::stream_attributes(image);
        self.unknown |= known.is_none();
        known
    }
}
