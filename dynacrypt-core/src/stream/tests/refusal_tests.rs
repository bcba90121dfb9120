//! What does not open, and how it fails: each record on its own, without a value, before anything
//! is opened where that can be. It never expects more of an error than its kind and fixed words.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::*;
use crate::error::ErrorKind;
use crate::observe;
use crate::testing::{CapturedLogs, assert_absent};

/// Sets one member, by its path.
fn with(mut record: Value, path: &[&str], value: Value) -> Value {
    let place = path.iter().fold(&mut record, |place, name| &mut place[*name]);
    *place = value;
    record
}

async fn refusal(sealer: &Sealer, record: Value) -> String {
    let logs = CapturedLogs::new();
    let failure = logs.follow(open_one(sealer, record)).await.unwrap_err();
    assert!(failure.error().is_invalid_change(), "{:?}", failure.error());
    assert_eq!(logs.text().matches(observe::REFUSED).count(), 1);
    logs.assert_absent([SSN, NOTE, "FORGED"]);
    failure.into_error().to_string()
}

#[tokio::test]
async fn what_is_not_of_the_table_is_refused() {
    let sealer = sealer();
    let item = sealed(&sealer, "a", "member").await;
    let good = record(1, "MODIFY", Some(&item), Some(&item));
    assert!(open_one(&sealer, good.clone()).await.is_ok());

    for (path, value, reason) in [
        (&["eventSource"][..], json!("aws:kinesis"), "the event source is not DynamoDB"),
        (&["eventSource"], Value::Null, "the event source is not DynamoDB"),
        (&["eventSourceARN"], Value::Null, "the stream is not named"),
        (&["eventName"], json!("TRUNCATE"), "the event name is none of DynamoDB's"),
        (&["eventName"], json!("insert"), "the event name is none of DynamoDB's"),
        (&["eventName"], json!("INSERT"), "it holds an image that its operation does not have"),
        (&["eventName"], json!("REMOVE"), "it holds an image that its operation does not have"),
        (&["dynamodb", "SequenceNumber"], Value::Null, "the sequence number is missing"),
        (&["dynamodb", "SequenceNumber"], json!("1\nFORGED"), "the sequence number is missing"),
        (&["dynamodb", "Keys"], Value::Null, "the keys are missing"),
        (&["dynamodb", "Keys"], json!({}), "the keys are missing"),
        (&["dynamodb", "NewImage"], Value::Null, "an image is missing that its stream carries"),
        (&["dynamodb", "OldImage"], json!({}), "an image is missing that its stream carries"),
        (
            &["dynamodb", "StreamViewType"],
            json!("KEYS_ONLY"),
            "it holds an image that its stream does not carry",
        ),
        (
            &["dynamodb", "StreamViewType"],
            json!("NEW_IMAGE"),
            "it holds an image that its stream does not carry",
        ),
    ] {
        let text = refusal(&sealer, with(good.clone(), path, value)).await;
        assert_eq!(text, format!("stream record is not a change of this table: {reason}"));
    }
    for arn in [
        "arn:aws:dynamodb:eu-west-1:123456789012:table/other/stream/2026-01-01T00:00:00.000",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/production-profiles",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/production-profiles/stream/",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/production-profiles/stream/a/b",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/production-profiles/index/a",
        "arn:aws:kinesis:eu-west-1:123456789012:table/production-profiles/stream/a",
        "arn:aws:dynamodb:table/production-profiles/stream/a",
        "production-profiles",
        "",
    ] {
        let text = refusal(&sealer, with(good.clone(), &["eventSourceARN"], json!(arn))).await;
        assert!(text.ends_with("it is of another stream"), "{arn}: {text}");
    }
}

#[tokio::test]
async fn a_reader_of_one_stream_takes_no_other() {
    let sealer = sealer();
    let item = sealed(&sealer, "a", "member").await;
    let records = event([record(1, "INSERT", None, Some(&item))]).records;
    for (arn, opens) in [(ARN, true), (&ARN.replace("eu-west-1", "eu-west-2"), false)] {
        let reader = ChangeReader::new(sealer.clone(), TABLE).with_stream_arn(arn);
        let batch = reader.batch(&service(), records.clone()).unwrap();
        let opened = batch.open_all::<Profile>().await.remove(0);
        assert_eq!(opened.is_ok(), opens, "{arn}");
        assert!(opened.is_ok() || opened.unwrap_err().error().is_invalid_change());
    }
}

#[tokio::test]
async fn a_tampered_image_fails_alone_and_says_nothing() {
    let sealer = sealer();
    let good = sealed(&sealer, "a", "member").await;
    let flipped = |name: &str, at: usize| {
        let mut item = good.clone();
        let mut bytes = item[name].as_b().unwrap().as_ref().to_vec();
        bytes[at] ^= 1;
        item.insert(name.to_owned(), AttributeValue::B(Blob::new(bytes)));
        item
    };
    let replaced = |name: &str, value: Option<AttributeValue>| {
        let mut item = good.clone();
        item.remove(name);
        item.extend(value.map(|value| (name.to_owned(), value)));
        item
    };
    let (decrypt, not_sealed) = (ErrorKind::Decrypt, ErrorKind::NotSealed);
    let ssn_len = good["ssn"].as_b().unwrap().as_ref().len();
    let tampered = [
        (flipped("ssn", ssn_len - 1), decrypt),
        (flipped("ssn", 0), decrypt),
        (flipped("_dc", 30), decrypt),
        (replaced("role", Some(AttributeValue::S("admin".to_owned()))), decrypt),
        (replaced("role", None), decrypt),
        (replaced("number", Some(AttributeValue::N("8".to_owned()))), decrypt),
        (replaced("user_id", None), decrypt),
        (replaced("_dc", None), not_sealed),
        (replaced("_dc", Some(AttributeValue::Null(true))), not_sealed),
        (replaced("ssn", Some(AttributeValue::Null(true))), not_sealed),
        (replaced("ssn", Some(AttributeValue::S(SSN.to_owned()))), not_sealed),
    ];
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    for (image, expected) in &tampered {
        for (old, new) in [(image, &good), (&good, image)] {
            let mut bad = record(2, "MODIFY", Some(old), Some(new));
            bad["dynamodb"]["Keys"] = keys_of(&good);
            let sound = |number| record(number, "INSERT", None, Some(&good));
            let opened = open(&sealer, [sound(1), bad, sound(3)]).await;
            assert!(opened[0].is_ok() && opened[2].is_ok());
            let failure = opened[1].as_ref().unwrap_err();
            assert_eq!(failure.error().kind(), *expected);
            assert_eq!(failure.sequence_number(), "4421584500000000017450439002");
            assert!(!failure.is_retryable() && !failure.is_other_record());
            let shown = format!("{failure} {failure:?} {}", failure.error());
            assert_absent(shown, [SSN, NOTE, "admin", "member"]);
        }
    }
    drop(guard);
    logs.assert_absent([SSN, NOTE]);
    assert_eq!(logs.text().matches(observe::REFUSED).count(), 2 * tampered.len());
}

#[tokio::test]
async fn an_image_of_another_item_is_refused() {
    let sealer = sealer();
    let (a, b) = (sealed(&sealer, "a", "member").await, sealed(&sealer, "b", "member").await);
    // Each image is sound, and under the other's keys.
    let swapped = [(&a, &b), (&b, &a)].map(|(keys, image)| {
        with(record(1, "INSERT", None, Some(image)), &["dynamodb", "Keys"], keys_of(keys))
    });
    for outcome in open(&sealer, swapped).await {
        assert_eq!(outcome.unwrap_err().error().kind(), ErrorKind::Decrypt);
    }
    let mixed = record(1, "MODIFY", Some(&a), Some(&b));
    assert!(open_one(&sealer, mixed).await.unwrap_err().error().is_decrypt());
    // Image and keys together moved to another place.
    let mut moved = a;
    moved.insert("user_id".to_owned(), AttributeValue::S("b".to_owned()));
    let moved = record(1, "INSERT", None, Some(&moved));
    assert!(open_one(&sealer, moved).await.unwrap_err().error().is_decrypt());
    // Under another wrapping key.
    let own = record(1, "INSERT", None, Some(&b));
    assert!(open_one(&super::sealer(), own).await.unwrap_err().error().is_decrypt());
}

#[derive(Record)]
#[dynacrypt(table = "profiles", crate = crate)]
struct Counter {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(sort_key)]
    number: String,
}

#[tokio::test]
async fn another_record_type_leaves_the_record_for_the_next_to_try() {
    let sealer = sealer();
    let profile = sealed(&sealer, "a", "member").await;
    let counter = Counter { user_id: "a".to_owned(), number: "x".to_owned() };
    let counter = sealer.seal(&counter).await.unwrap().into_item();
    let mut strange = record(3, "INSERT", None, Some(&profile));
    strange["dynamodb"]["Keys"]["more"] = json!({ "S": "than the key" });
    let below = json!({ "user_id": { "S": "a" }, "number": { "N": "-1" } });
    let records = [
        record(1, "INSERT", None, Some(&profile)),
        record(2, "INSERT", None, Some(&counter)),
        strange,
        with(record(4, "INSERT", None, Some(&profile)), &["dynamodb", "Keys"], below),
    ];
    let reader = ChangeReader::new(sealer, TABLE);
    let batch = reader.batch(&service(), event(records).records).unwrap();

    let (mut profiles, mut counters, mut neither) = (0, 0, 0);
    for sealed in batch.iter() {
        match sealed.open::<Profile>().await {
            Ok(_) => profiles += 1,
            Err(failure) => {
                assert!(failure.is_other_record() && failure.error().is_other_record());
                assert_eq!(failure.sequence_number(), sealed.sequence_number());
                match sealed.open::<Counter>().await {
                    Ok(change) if change.new_image().unwrap().number == "x" => counters += 1,
                    Ok(_) => panic!("another counter"),
                    Err(failure) if failure.is_other_record() => neither += 1,
                    Err(failure) => panic!("{failure:?}"),
                }
            }
        }
    }
    assert_eq!((profiles, counters, neither), (1, 1, 2));
}

#[tokio::test]
async fn only_services_open_streams_and_each_batch_is_audited_once() {
    let sealer = sealer();
    let item = sealed(&sealer, "a", "member").await;
    let records = event((1..4).map(|number| record(number, "INSERT", None, Some(&item)))).records;
    let reader = ChangeReader::new(sealer, TABLE);
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let denied = [
        Principal::owner("a"),
        Principal::owner(""),
        Principal::service("", "x"),
        Principal::service("x", " "),
    ];
    for principal in denied {
        let refused = reader.batch(&principal, records.clone()).unwrap_err();
        assert!(refused.is_access_denied());
    }
    assert!(!logs.text().contains(observe::AUDIT));
    let batch = reader.batch(&service(), records).unwrap();
    assert!(batch.open_all::<Profile>().await.iter().all(Result::is_ok));
    assert!(batch.open_all::<Counter>().await.iter().all(Result::is_err));
    drop(guard);
    let text = logs.text();
    let audit: Vec<&str> = text.lines().filter(|line| line.contains(observe::AUDIT)).collect();
    assert_eq!(audit.len(), 1, "{audit:#?}");
    for part in ["search-index", "keeps it current", "stream", TABLE] {
        assert!(audit[0].contains(part), "{part} in {}", audit[0]);
    }
    assert_absent(format!("{reader:?} {batch:?} {:?}", batch.iter().next()), [NOTE, SSN]);
}

#[tokio::test]
async fn failures_become_the_answer_that_lambda_takes() {
    let sealer = sealer();
    let item = sealed(&sealer, "a", "member").await;
    let sound = |number| record(number, "INSERT", None, Some(&item));
    let bad = |number| with(sound(number), &["eventSource"], Value::Null);
    let opened = open(&sealer, [sound(1), bad(2), sound(3), bad(4)]).await;
    let failed = opened.iter().filter_map(|outcome| outcome.as_ref().err());
    let response = batch_response(failed.map(ChangeFailure::sequence_number));
    let ids = ["4421584500000000017450439002", "4421584500000000017450439004"];
    assert_eq!(
        serde_json::to_value(response).unwrap(),
        json!({ "batchItemFailures": [{ "itemIdentifier": ids[0] }, { "itemIdentifier": ids[1] }] })
    );
    let done = batch_response::<String>([]);
    assert_eq!(serde_json::to_value(done).unwrap(), json!({ "batchItemFailures": [] }));

    // Without a number, Lambda is to retry everything.
    let unnumbered = with(sound(1), &["dynamodb", "SequenceNumber"], json!("not a number"));
    let failure = open_one(&sealer, unnumbered).await.unwrap_err();
    assert_eq!(failure.sequence_number(), "");
    assert_eq!(failure.to_string(), "stream record without a number could not be opened");
}
