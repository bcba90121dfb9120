//! Changes of streams: sealed records in the shape that Lambda delivers, opened. It never needs a
//! server.

mod key_tests;
mod opening_tests;
mod refusal_tests;
mod sdk_tests;
mod shared_tests;

use std::collections::HashMap;

use aws_lambda_events::event::dynamodb::Event;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt_derive::Record;
use serde_json::{Value, json};

use super::*;
use crate::keys::LocalKeyProvider;
use crate::principal::Principal;
use crate::record::Attributes;
use crate::seal::Sealer;
use crate::secret::{ExposeSecret, Secret};

const TABLE: &str = "production-profiles";
const ARN: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/production-profiles/stream/2026-01-01T00:00:00.000";
const SSN: &str = "CANARY-ssn-078-05-1120";
const NOTE: &str = "CANARY-note-of-the-clear";

#[derive(Record)]
#[dynacrypt(table = "profiles", crate = crate)]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(sort_key)]
    number: u32,
    #[dynacrypt(authenticated)]
    role: String,
    note: Option<String>,
    #[encrypted]
    ssn: Secret<String>,
}

fn profile(user_id: &str, role: &str) -> Profile {
    Profile {
        user_id: user_id.to_owned(),
        number: 7,
        role: role.to_owned(),
        note: Some(NOTE.to_owned()),
        ssn: Secret::from(SSN),
    }
}

fn sealer() -> Sealer {
    Sealer::new(LocalKeyProvider::generate().unwrap())
}

fn service() -> Principal {
    Principal::service("search-index", "keeps it current")
}

async fn sealed(sealer: &Sealer, user_id: &str, role: &str) -> Attributes {
    sealer.seal(&profile(user_id, role)).await.unwrap().into_item()
}

/// An item in the JSON of the AWS API.
fn json_of(item: &Attributes) -> Value {
    let item: serde_dynamo::Item = item.clone().into();
    serde_json::to_value(item).unwrap()
}

fn keys_of(item: &Attributes) -> Value {
    let key = |(name, _): &(&String, &AttributeValue)| ["user_id", "number"].contains(&&***name);
    let keys = item.iter().filter(key).map(|(name, value)| (name.clone(), value.clone()));
    json_of(&keys.collect())
}

/// A record as Lambda delivers it from a stream of both images.
fn record(number: u32, name: &str, old: Option<&Attributes>, new: Option<&Attributes>) -> Value {
    let mut record = json!({
        "eventID": format!("c4ca4238a0b923820dcc509a6f75849{number}"),
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_767_225_600 + number,
            "Keys": keys_of(new.or(old).unwrap()),
            "SequenceNumber": format!("44215845000000000174504390{number:02}"),
            "SizeBytes": 26,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": ARN,
    });
    for (image, item) in [("OldImage", old), ("NewImage", new)] {
        if let Some(item) = item {
            record["dynamodb"][image] = json_of(item);
        }
    }
    record
}

fn event(records: impl IntoIterator<Item = Value>) -> Event {
    let records: Vec<Value> = records.into_iter().collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

async fn open(
    sealer: &Sealer,
    records: impl IntoIterator<Item = Value>,
) -> Vec<Result<Change<Profile>, ChangeFailure>> {
    let reader = ChangeReader::new(sealer.clone(), TABLE);
    reader.batch(&service(), event(records).records).unwrap().open_all().await
}

async fn open_one(sealer: &Sealer, record: Value) -> Result<Change<Profile>, ChangeFailure> {
    let mut opened = open(sealer, [record]).await;
    assert_eq!(opened.len(), 1);
    opened.remove(0)
}

/// Every type of attribute there is, nested.
fn every_attribute() -> Attributes {
    let blob = |bytes: &[u8]| Blob::new(bytes.to_vec());
    let scalars = HashMap::from([
        ("s".to_owned(), AttributeValue::S(String::new())),
        ("n".to_owned(), AttributeValue::N("123456789012345678901234567890.5".to_owned())),
        ("b".to_owned(), AttributeValue::B(blob(&[0, 0xFF, 0xDC]))),
        ("t".to_owned(), AttributeValue::Bool(true)),
        ("0".to_owned(), AttributeValue::Null(true)),
    ]);
    let mut every = scalars.clone();
    every.insert("ss".to_owned(), AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()]));
    every.insert("ns".to_owned(), AttributeValue::Ns(vec!["1".to_owned(), "2.5".to_owned()]));
    every.insert("bs".to_owned(), AttributeValue::Bs(vec![blob(&[1]), blob(&[2, 3])]));
    every.insert("m".to_owned(), AttributeValue::M(every.clone()));
    every.insert("l".to_owned(), AttributeValue::L(vec![AttributeValue::M(every.clone())]));
    every
}
