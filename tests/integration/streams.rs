//! Changes of a real stream: what the repository writes comes out of the table's stream, opened.
//! It never writes a stream record itself, but where a server would have to misbehave.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::{StreamSpecification, StreamViewType};
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};
use dynacrypt::record::{IntoKey, Key};
use dynacrypt::stream::{Change, ChangeKind, ChangeReader, RawChange};
use dynacrypt::testing::{self, FaultyHttp, FaultyKeyProvider, HttpFault, TestBackend};
use dynacrypt::{ExposeSecret, LocalKeyProvider, Principal, Repository, Sealer, table};

use crate::world::{self, CANARIES, Document, Profile, SSN, World, alice};

fn consumer() -> Principal {
    Principal::service("stream-consumer", "tests")
}

/// A table for records of type `R`, with a stream of this view type; the stream's ARN.
async fn with_stream<R: dynacrypt::Record>(
    sealer: Sealer,
    view: StreamViewType,
) -> (World, String) {
    let backend = TestBackend::from_env().expect("backend");
    let table = testing::unique_table_name(R::SCHEMA.table());
    let stream = StreamSpecification::builder().stream_enabled(true).stream_view_type(view);
    let created = table::definition::<R>()
        .expect("definition")
        .table_name(&table)
        .stream_specification(stream.build().expect("specification"))
        .send_with(backend.dynamodb())
        .await
        .expect("table");
    let mut described = created.table_description;
    for _ in 0..600 {
        let table_is_there = described.as_ref().and_then(|table| table.table_status.clone());
        if table_is_there == Some(aws_sdk_dynamodb::types::TableStatus::Active) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let answer = backend.dynamodb().describe_table().table_name(&table).send().await;
        described = answer.expect("description").table;
    }
    let arn = described.and_then(|table| table.latest_stream_arn).expect("a stream");
    (World { backend, sealer, table }, arn)
}

/// The first `count` records of a stream of one shard. Records arrive when they do.
async fn read(client: &Client, arn: &str, count: usize) -> Vec<Record> {
    let stream = client.describe_stream().stream_arn(arn).send().await.expect("stream");
    let shards = stream.stream_description.expect("description").shards.unwrap_or_default();
    assert_eq!(shards.len(), 1, "shards");
    let mut iterator = client
        .get_shard_iterator()
        .stream_arn(arn)
        .shard_id(shards[0].shard_id().expect("id"))
        .shard_iterator_type(ShardIteratorType::TrimHorizon)
        .send()
        .await
        .expect("iterator")
        .shard_iterator;
    let mut records = Vec::new();
    for _ in 0..100 {
        let page = client.get_records().set_shard_iterator(iterator).send().await.expect("records");
        records.extend(page.records.unwrap_or_default());
        iterator = page.next_shard_iterator;
        if records.len() >= count || iterator.is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(records.len(), count, "records of the stream");
    records
}

/// The changes of a stream, each of which must open.
async fn changes<R: dynacrypt::Record>(world: &World, arn: &str, count: usize) -> Vec<Change<R>> {
    let records = read(&world.backend.dynamodb_streams(), arn, count).await;
    let reader = ChangeReader::new(world.sealer.clone(), &*world.table).with_stream_arn(arn);
    let raw = records.into_iter().map(|record| RawChange::from_stream(arn, record));
    let batch = reader.batch(&consumer(), raw).expect("a service");
    let shown = format!("{batch:?}");
    testing::assert_absent(shown, CANARIES);
    let opened = batch.open_all::<R>().await;
    opened.into_iter().map(|change| change.expect("an opened change")).collect()
}

#[tokio::test]
async fn what_the_repository_does_comes_out_of_the_stream() {
    let provider = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let faults = provider.faults();
    let (world, arn) =
        with_stream::<Profile>(Sealer::new(provider), StreamViewType::NewAndOldImages).await;
    let profiles = world.repository::<Profile>();
    profiles.create(&alice(), &world::profile("alice")).await.unwrap();
    let mut changed = world::profile("alice");
    changed.role = "admin".to_owned();
    changed.api_key = None;
    profiles.replace(&alice(), &changed).await.unwrap();
    assert!(profiles.delete(&alice(), "alice").await.unwrap());

    let changes = changes::<Profile>(&world, &arn, 3).await;
    let [inserted, modified, removed] = &changes[..] else { panic!("{changes:?}") };
    let ChangeKind::Inserted { new: Some(new) } = inserted.kind() else { panic!("{inserted:?}") };
    assert_eq!((new.user_id.as_str(), new.role.as_str()), ("alice", "member"));
    assert_eq!(new.ssn.expose_secret(), SSN);
    assert_eq!(new.one_time_code.expose_secret(), "", "was never stored");
    let ChangeKind::Modified { old: Some(old), new: Some(new) } = modified.kind() else {
        panic!("{modified:?}")
    };
    assert!(old.api_key.is_some() && new.api_key.is_none());
    assert_eq!((old.role.as_str(), new.role.as_str()), ("member", "admin"));
    let ChangeKind::Removed { old: Some(old), expired: false } = removed.kind() else {
        panic!("{removed:?}")
    };
    assert_eq!((old.role.as_str(), old.ssn.expose_secret().as_str()), ("admin", SSN));

    let hour = Duration::from_hours(1);
    for change in &changes {
        assert_eq!(*change.key(), "alice".into_key());
        assert!(!change.sequence_number().is_empty() && change.event_id().is_some());
        let created = change.approximate_creation().expect("a time");
        assert!(created > SystemTime::now() - hour && created < SystemTime::now() + hour);
        testing::assert_absent(format!("{change:?}"), CANARIES);
    }
    let numbers = changes.iter().map(|change| change.sequence_number().to_owned());
    let numbers: Vec<String> = numbers.collect();
    assert!(numbers.is_sorted() && numbers[0] != numbers[2], "{numbers:?}");
    assert_eq!(faults.unwrap_calls(), 1, "one data key sealed them all");
}

#[tokio::test]
async fn each_view_type_carries_what_it_says() {
    for (view, has_old, has_new) in [
        (StreamViewType::KeysOnly, false, false),
        (StreamViewType::NewImage, false, true),
        (StreamViewType::OldImage, true, false),
    ] {
        let sealer = Sealer::new(LocalKeyProvider::generate().unwrap());
        let (world, arn) = with_stream::<Document>(sealer, view.clone()).await;
        let documents = world.repository::<Document>();
        documents.put(&alice(), &world::document(1, "alice")).await.unwrap();
        let mut titled = world::document(1, "alice");
        titled.title = Some("changed".to_owned());
        documents.put(&alice(), &titled).await.unwrap();
        assert!(documents.delete(&alice(), ("inbox", 1_u32)).await.unwrap());

        let changes = changes::<Document>(&world, &arn, 3).await;
        let images = changes.iter().map(|change| {
            assert_eq!(*change.key(), Key::composite(&"inbox".to_owned(), &1));
            (change.old_image().is_some(), change.new_image().is_some())
        });
        let images: Vec<_> = images.collect();
        let expected = [(false, has_new), (has_old, has_new), (has_old, false)];
        assert_eq!(images, expected, "{view:?}");
    }
}

#[tokio::test]
async fn another_tenant_and_another_table_do_not_open() {
    let sealer = Sealer::new(LocalKeyProvider::generate().unwrap()).for_tenant("t-1");
    let (world, arn) = with_stream::<Profile>(sealer.clone(), StreamViewType::NewImage).await;
    world.repository::<Profile>().put(&alice(), &world::profile("alice")).await.unwrap();
    let records = read(&world.backend.dynamodb_streams(), &arn, 1).await;
    for (sealer, table, kind) in [
        (sealer.clone(), &*world.table, None),
        (sealer.clone().for_tenant("t-2"), &*world.table, Some(dynacrypt::ErrorKind::Decrypt)),
        (sealer.write_only(), &*world.table, Some(dynacrypt::ErrorKind::NotCapable)),
        (world.sealer.clone(), "profiles", Some(dynacrypt::ErrorKind::InvalidChange)),
    ] {
        let raw = records.iter().map(|record| RawChange::from_stream(&arn, record.clone()));
        let batch = ChangeReader::new(sealer, table).batch(&consumer(), raw).unwrap();
        let opened = batch.open_all::<Profile>().await.remove(0);
        assert_eq!(opened.err().map(|failure| failure.error().kind()), kind);
    }
}

/// Stream records of servers that are newer than the client, or not in their right mind.
#[tokio::test]
async fn records_that_the_client_does_not_understand_are_refused() {
    let http = FaultyHttp::canned();
    let config = aws_sdk_dynamodbstreams::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .endpoint_url("http://127.0.0.1:1")
        .http_client(http.clone());
    let client = Client::from_conf(config.build());
    let key = serde_json::json!({ "user_id": { "S": "alice" } });
    let unknown = serde_json::json!({ "user_id": { "S": "alice" }, "x": { "M": { "y": { "L": [{ "NEWER": "CANARY" }] } } } });
    let record = |event: &str, source: &str, change: serde_json::Value| {
        let mut change = change;
        change["SequenceNumber"] = "100000000000000000001".into();
        serde_json::json!({ "eventName": event, "eventSource": source, "dynamodb": change })
    };
    let records = [
        record("INSERT", "aws:dynamodb", serde_json::json!({ "Keys": key, "NewImage": unknown })),
        record("MODIFY", "aws:dynamodb", serde_json::json!({ "Keys": key, "OldImage": unknown })),
        record("INSERT", "aws:dynamodb", serde_json::json!({ "Keys": unknown })),
        record("MERGE", "aws:dynamodb", serde_json::json!({ "Keys": key })),
        record("INSERT", "aws:other", serde_json::json!({ "Keys": key })),
        record("INSERT", "aws:dynamodb", serde_json::json!({})),
        serde_json::json!({ "eventName": "INSERT", "eventSource": "aws:dynamodb" }),
        serde_json::json!({}),
        // Nothing is wrong with this one, but that no view type says what is missing.
        record(
            "REMOVE",
            "aws:dynamodb",
            serde_json::json!({ "Keys": key, "StreamViewType": "NEWER" }),
        ),
    ];
    let body = serde_json::json!({ "Records": records }).to_string();
    http.plan("GetRecords", 1, HttpFault::Reply { status: 200, body });
    let page = client.get_records().shard_iterator("x").send().await.expect("records");

    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/profiles/stream/1";
    let raw: Vec<RawChange> =
        page.records().iter().map(|record| RawChange::from_stream(arn, record.clone())).collect();
    testing::assert_absent(format!("{raw:?}"), ["CANARY"]);
    let reader = ChangeReader::new(Sealer::new(LocalKeyProvider::generate().unwrap()), "profiles");
    let opened = reader.batch(&consumer(), raw).unwrap().open_all::<Profile>().await;
    let (sound, refused) = opened.split_last().expect("records");
    let reasons: Vec<String> = refused
        .iter()
        .map(|outcome| outcome.as_ref().unwrap_err().error())
        .map(|error| error.to_string().split(": ").nth(1).expect("a reason").to_owned())
        .collect();
    assert_eq!(
        reasons,
        [
            "it holds an attribute type that this version does not know",
            "it holds an attribute type that this version does not know",
            "it holds an attribute type that this version does not know",
            "the event name is none of DynamoDB's",
            "the event source is not DynamoDB",
            "the keys are missing",
            "the sequence number is missing",
            "the event source is not DynamoDB",
        ]
    );
    let sound = sound.as_ref().expect("opened");
    assert!(matches!(sound.kind(), ChangeKind::Removed { old: None, expired: false }));
}
