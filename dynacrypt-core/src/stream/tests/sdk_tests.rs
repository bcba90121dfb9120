//! Records of the Streams API: what Lambda's JSON says, the SDK's types say too. It never asks a
//! server.

use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_dynamodbstreams::primitives::DateTime;
use aws_sdk_dynamodbstreams::types::{
    AttributeValue as StreamValue, Identity, OperationType, Record as SdkRecord, StreamRecord,
    StreamViewType,
};

use super::*;

fn stream_value(value: &AttributeValue) -> StreamValue {
    match value.clone() {
        AttributeValue::S(text) => StreamValue::S(text),
        AttributeValue::N(number) => StreamValue::N(number),
        AttributeValue::B(bytes) => StreamValue::B(bytes),
        AttributeValue::Bool(value) => StreamValue::Bool(value),
        AttributeValue::Null(value) => StreamValue::Null(value),
        AttributeValue::Ss(texts) => StreamValue::Ss(texts),
        AttributeValue::Ns(numbers) => StreamValue::Ns(numbers),
        AttributeValue::Bs(blobs) => StreamValue::Bs(blobs),
        AttributeValue::L(list) => StreamValue::L(list.iter().map(stream_value).collect()),
        AttributeValue::M(map) => StreamValue::M(stream_item(&map)),
        other => panic!("{other:?}"),
    }
}

fn stream_item(item: &Attributes) -> HashMap<String, StreamValue> {
    item.iter().map(|(name, value)| (name.clone(), stream_value(value))).collect()
}

fn key_item(item: &Attributes) -> HashMap<String, StreamValue> {
    let mut keys = stream_item(item);
    keys.retain(|name, _| ["user_id", "number"].contains(&name.as_str()));
    keys
}

fn removal(item: &Attributes, identity: Option<Identity>) -> SdkRecord {
    let change = StreamRecord::builder()
        .set_keys(Some(key_item(item)))
        .set_old_image(Some(stream_item(item)))
        .sequence_number("100000000000000000001")
        .approximate_creation_date_time(DateTime::from_secs_f64(1_767_225_600.5))
        .stream_view_type(StreamViewType::OldImage);
    SdkRecord::builder()
        .event_name(OperationType::Remove)
        .event_source("aws:dynamodb")
        .event_id("c4ca4238a0b923820dcc509a6f75849b")
        .dynamodb(change.build())
        .set_user_identity(identity)
        .build()
}

async fn open_one(sealer: &Sealer, record: SdkRecord) -> Result<Change<Profile>, ChangeFailure> {
    let raw = RawChange::from_stream(ARN, record);
    let reader = ChangeReader::new(sealer.clone(), TABLE).with_stream_arn(ARN);
    reader.batch(&service(), [raw]).unwrap().open_all().await.remove(0)
}

#[tokio::test]
async fn records_of_the_sdk_lose_nothing() {
    let sealer = sealer();
    let mut item = sealed(&sealer, "a", "member").await;
    item.extend(every_attribute());
    let raw = RawChange::from_stream(ARN, removal(&item, None));
    assert_eq!(raw.old.as_ref(), Some(&item));
    assert!(raw.new.is_none());

    let change = open_one(&sealer, removal(&item, None)).await.unwrap();
    assert_eq!(change.sequence_number(), "100000000000000000001");
    assert_eq!(change.event_id(), Some("c4ca4238a0b923820dcc509a6f75849b"));
    let created = UNIX_EPOCH + Duration::from_millis(1_767_225_600_500);
    assert_eq!(change.approximate_creation(), Some(created));
    assert_eq!(change.old_image().unwrap().ssn.expose_secret(), SSN);
}

#[tokio::test]
async fn removal_by_time_to_live_is_told_apart() {
    let sealer = sealer();
    let item = sealed(&sealer, "a", "member").await;
    let identity = |kind: &str, id: &str| Identity::builder().r#type(kind).principal_id(id).build();
    for (identity, by_time) in [
        (Some(identity("Service", "dynamodb.amazonaws.com")), true),
        (Some(identity("Service", "other.amazonaws.com")), false),
        (Some(identity("", "dynamodb.amazonaws.com")), false),
        (Some(Identity::builder().build()), false),
        (None, false),
    ] {
        let kind = open_one(&sealer, removal(&item, identity)).await.unwrap().into_kind();
        assert!(matches!(kind, ChangeKind::Removed { expired, .. } if expired == by_time));
    }
}

#[tokio::test]
async fn times_that_are_none_are_absent() {
    let sealer = sealer();
    let item = sealed(&sealer, "a", "member").await;
    for time in [DateTime::from_secs(0), DateTime::from_secs(-5), DateTime::from_secs(i64::MIN)] {
        let mut record = removal(&item, None);
        record.dynamodb.as_mut().unwrap().approximate_creation_date_time = Some(time);
        assert_eq!(open_one(&sealer, record).await.unwrap().approximate_creation(), None);
    }
    let mut latest = removal(&item, None);
    let time = DateTime::from_secs_and_nanos(i64::MAX, 999_999_999);
    latest.dynamodb.as_mut().unwrap().approximate_creation_date_time = Some(time);
    assert!(open_one(&sealer, latest).await.is_ok());
}
