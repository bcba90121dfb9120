//! The consumer against a real stream: what is forged is passed over, trouble loses nothing and
//! repeats nothing, and names alone come out. It never forges anything but from real records.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodbstreams::config::retry::RetryConfig;
use aws_sdk_dynamodbstreams::types::{AttributeValue, OperationType, Record as StreamRecord};
use dynacrypt::keys::CacheLimits;
use dynacrypt::table::{StreamView, TableSpec};
use dynacrypt::testing::{
    CapturedLogs, EmbeddedDynamo, FaultyHttp, FaultyKeyProvider, HttpFault, KeyFault, KeyFaults,
};
use dynacrypt::{DynamoRepository, ErrorKind, LocalKeyProvider, Repository, Sealer, Secret};

use super::*;

const SSN: &str = "CANARY-078-05-1120";
const OTHER: &str = "CANARY-219-09-9999";

struct World {
    members: DynamoRepository<Member>,
    consumer: Consumer,
    history: History,
    http: FaultyHttp,
    keys: KeyFaults,
    _database: EmbeddedDynamo,
}

fn ada() -> Principal {
    Principal::owner("ada")
}

fn member(ssn: &str) -> Member {
    Member {
        user_id: "ada".to_owned(),
        name: "CANARY-name".to_owned(),
        plan: Some("free".to_owned()),
        ssn: Some(Secret::from(ssn)),
        email: Some(Secret::from("CANARY@mail.example")),
        version: 0,
    }
}

impl World {
    async fn new() -> Self {
        let database = EmbeddedDynamo::start().unwrap();
        let dynamodb = database.client();
        let table = TableSpec::of::<Member>().unwrap().with_stream(StreamView::NewAndOldImages);
        table.create(dynamodb).await.unwrap();
        let wrapping_key = || LocalKeyProvider::from_bytes(&mut [7; 32]).unwrap();
        let provider = FaultyKeyProvider::new(wrapping_key());
        // Nothing is kept from batch to batch, so that faults strike.
        let (keys, forgetful) = (provider.faults(), CacheLimits::default().max_age(Duration::ZERO));
        let consumer_sealer = Sealer::with_cache_limits(provider, forgetful);
        let http = FaultyHttp::new();
        let (history, arn) = (History::default(), arn(dynamodb).await.unwrap());
        let source = source::embedded(&database.endpoint_url())
            .http_client(http.clone())
            .retry_config(RetryConfig::disabled())
            .build();
        let source = Source::open(aws_sdk_dynamodbstreams::Client::from_conf(source), arn).await;
        let reader = ChangeReader::new(consumer_sealer.read_only(), "members");
        let consumer = Consumer::new(source.unwrap(), reader, history.clone());
        let members = DynamoRepository::new(dynamodb.clone(), Sealer::new(wrapping_key()));
        Self { members, consumer, history, http, keys, _database: database }
    }

    async fn join(&self) {
        self.members.create(&ada(), &member(SSN)).await.unwrap();
    }

    async fn renumber(&self, version: u64) {
        let member = Member { version, ..member(&format!("{OTHER}-{version}")) };
        self.members.replace(&ada(), &member).await.unwrap();
    }

    /// The records of the stream so far.
    async fn records(&self) -> Vec<StreamRecord> {
        let source = &self.consumer.source;
        let shards = source.shards().await.unwrap();
        let iterator = source.iterator(&shards[0].id, None).await.unwrap();
        source.records(iterator).await.unwrap().records
    }

    fn told(&self) -> String {
        serde_json::to_string(&self.history.of("ada")).unwrap()
    }

    /// Operations and fields of ada's history.
    fn fields(&self) -> Vec<(String, Vec<String>)> {
        let told: serde_json::Value = serde_json::from_str(&self.told()).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let entries = told.as_array().unwrap().iter().map(|entry| {
            let fields = entry["fields"].as_array().unwrap().iter().map(text).collect();
            (text(&entry["operation"]), fields)
        });
        entries.collect()
    }
}

fn entry(operation: &str, fields: &[&str]) -> (String, Vec<String>) {
    (operation.to_owned(), fields.iter().map(|field| (*field).to_owned()).collect())
}

async fn arn(dynamodb: &Client) -> Option<String> {
    let described = dynamodb.describe_table().table_name("members").send().await.unwrap();
    described.table.unwrap().latest_stream_arn
}

#[tokio::test]
async fn names_of_what_changed_come_out_and_nothing_else() {
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let mut world = World::new().await;
    world.join().await;
    assert_eq!(world.consumer.round().await, Round::Fine);
    world.renumber(1).await;
    let plan = Member { plan: Some("team".to_owned()), ..member(OTHER) };
    world.members.replace(&ada(), &Member { version: 2, ..plan }).await.unwrap();
    assert!(world.members.delete(&ada(), "ada").await.unwrap());
    assert_eq!(world.consumer.round().await, Round::Fine);
    assert_eq!(world.consumer.round().await, Round::Fine, "there is nothing more");
    drop(guard);

    let all = ["name", "plan", "ssn", "email"];
    let expected = [
        entry("created", &all),
        entry("changed", &["ssn"]),
        entry("changed", &["plan", "ssn"]),
        entry("removed", &all),
    ];
    assert_eq!(world.fields(), expected);
    assert_eq!((world.consumer.changes, world.consumer.poison), (4, 0));
    assert_eq!(world.keys.unwrap_calls(), 2, "once a batch");
    assert!(!world.told().contains("CANARY"));
    let text = logs.text();
    let of_service = text.lines().filter(|line| line.contains("member-history"));
    assert_eq!(of_service.filter(|line| line.contains("dynacrypt::audit")).count(), 2);
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains("TRACE")).collect();
    assert!(lines.iter().all(|line| !line.contains("CANARY-0") && !line.contains("CANARY-2")));
}

fn image(record: &mut StreamRecord) -> &mut std::collections::HashMap<String, AttributeValue> {
    record.dynamodb.as_mut().unwrap().new_image.as_mut().unwrap()
}

#[tokio::test]
async fn forged_records_are_passed_over_and_hold_up_nothing() {
    let mut world = World::new().await;
    world.join().await;
    world.renumber(1).await;
    let records = world.records().await;
    let [created, sound] = &records[..] else { panic!("{} records", records.len()) };
    let forge = |change: &dyn Fn(&mut StreamRecord)| {
        let mut record = created.clone();
        change(&mut record);
        record
    };
    let bob = || AttributeValue::S("bob".to_owned());
    let forged = [
        ("another source", forge(&|record| record.event_source = Some("aws:kinesis".to_owned()))),
        ("no source", forge(&|record| record.event_source = None)),
        ("no operation", forge(&|record| record.event_name = Some(OperationType::from("MERGE")))),
        ("the wrong one", forge(&|record| record.event_name = Some(OperationType::Remove))),
        (
            "no number",
            forge(&|record| {
                record.dynamodb.as_mut().unwrap().sequence_number = None;
            }),
        ),
        ("no image", forge(&|record| record.dynamodb.as_mut().unwrap().new_image = None)),
        (
            "another's key",
            forge(&|record| {
                let keys = &mut record.dynamodb.as_mut().unwrap().keys;
                keys.as_mut().unwrap().insert("user_id".to_owned(), bob());
            }),
        ),
        (
            "moved to another",
            forge(&|record| {
                let keys = &mut record.dynamodb.as_mut().unwrap().keys;
                keys.as_mut().unwrap().insert("user_id".to_owned(), bob());
                image(record).insert("user_id".to_owned(), bob());
            }),
        ),
        (
            "another plan",
            forge(&|record| {
                image(record).insert("plan".to_owned(), AttributeValue::S("team".to_owned()));
            }),
        ),
        (
            "fields swapped",
            forge(&|record| {
                let (ssn, email) = (image(record)["ssn"].clone(), image(record)["email"].clone());
                image(record).extend([("ssn".to_owned(), email), ("email".to_owned(), ssn)]);
            }),
        ),
        (
            "in the clear",
            forge(&|record| {
                image(record).insert("ssn".to_owned(), AttributeValue::S(SSN.to_owned()));
            }),
        ),
        ("nothing at all", StreamRecord::builder().build()),
    ];
    for (number, (what, record)) in (1..).zip(forged) {
        let taken = world.consumer.take(vec![record]).await;
        assert!(!taken.again, "{what}");
        assert_eq!(world.consumer.poison, number, "{what}");
    }
    assert_eq!(world.consumer.changes, 0);
    assert!(world.history.of("ada").is_empty() && world.history.of("bob").is_empty());

    // Between poison, what is sound comes through, and the checkpoint is behind it all.
    let poison = StreamRecord::builder().build();
    let page = vec![poison.clone(), created.clone(), poison.clone(), sound.clone(), poison];
    let taken = world.consumer.take(page).await;
    let number = sound.dynamodb.as_ref().unwrap().sequence_number.clone();
    assert_eq!(taken, Taken { after: number, again: false });
    let all = ["name", "plan", "ssn", "email"];
    assert_eq!(world.fields(), [entry("created", &all), entry("changed", &["ssn"])]);
}

#[tokio::test]
async fn records_of_another_table_or_stream_are_not_opened() {
    let mut world = World::new().await;
    world.join().await;
    let records = world.records().await;
    let sealer = world.members.sealer().clone();
    let arn = world.consumer.source.arn().to_owned();
    let reader = format!("{:?}", world.consumer.reader);
    assert!(reader.contains(&arn), "it reads this very stream: {reader}");
    for reader in [
        ChangeReader::new(sealer.clone(), "other-members").with_stream_arn(arn),
        ChangeReader::new(sealer, "members")
            .with_stream_arn("arn:aws:dynamodb:::table/members/stream/1"),
    ] {
        world.consumer.reader = reader;
        world.consumer.take(records.clone()).await;
    }
    assert_eq!((world.consumer.changes, world.consumer.poison), (0, 2));
    assert_eq!(world.keys.unwrap_calls(), 0, "no key is asked for");
}

#[tokio::test]
async fn trouble_loses_nothing_and_repeats_nothing() {
    let mut world = World::new().await;
    world.join().await;
    let refused = |code: &str| HttpFault::Refused { status: 400, code: code.to_owned() };
    for (operation, fault) in [
        ("DescribeStream", HttpFault::Throttled),
        ("GetShardIterator", HttpFault::Throttled),
        ("GetRecords", HttpFault::ThroughputExceeded),
        ("GetRecords", HttpFault::ServerError),
        ("GetRecords", HttpFault::AnswerLost),
        ("GetRecords", refused("LimitExceededException")),
    ] {
        world.http.plan(operation, 1, fault);
        assert_eq!(world.consumer.round().await, Round::Trouble, "{operation}");
        assert!(world.http.is_done(), "{operation}");
    }
    assert!(world.fields().is_empty());
    assert_eq!(world.consumer.round().await, Round::Fine);
    assert_eq!(world.fields().len(), 1);

    // An iterator that is too old: the checkpoint goes on.
    world.renumber(1).await;
    world.http.plan("GetRecords", 1, refused("ExpiredIteratorException"));
    assert_eq!(world.consumer.round().await, Round::Fine);
    assert_eq!(world.consumer.round().await, Round::Fine);
    assert_eq!(world.fields().len(), 2);
    let asked = world.http.requests_of("GetShardIterator");
    assert!(asked.last().unwrap().body().contains("AFTER_SEQUENCE_NUMBER"));

    // What was to come next is no longer there: the oldest that is goes on.
    world.http.plan("GetRecords", 1, refused("TrimmedDataAccessException"));
    assert_eq!(world.consumer.round().await, Round::Fine);
    assert_eq!(world.consumer.round().await, Round::Fine);
    let asked = world.http.requests_of("GetShardIterator");
    assert!(asked.last().unwrap().body().contains("TRIM_HORIZON"));
}

#[tokio::test]
async fn a_key_that_does_not_come_is_waited_for() {
    let mut world = World::new().await;
    world.join().await;
    assert_eq!(world.consumer.round().await, Round::Fine);
    world.renumber(1).await;
    world.renumber(2).await;
    world.keys.on_unwrap(2, KeyFault::Fail(ErrorKind::Throttled));
    for _ in 0..2 {
        assert_eq!(world.consumer.round().await, Round::Trouble);
        assert_eq!(world.fields().len(), 1);
    }
    assert_eq!(world.consumer.round().await, Round::Fine);
    assert_eq!(world.fields().len(), 3, "each once");
    assert_eq!(world.consumer.poison, 0);

    // One that never comes is poison.
    world.renumber(3).await;
    world.keys.on_unwrap(1, KeyFault::Fail(ErrorKind::KeyAccessDenied));
    assert_eq!(world.consumer.round().await, Round::Fine);
    assert_eq!((world.fields().len(), world.consumer.poison), (3, 1));
    world.renumber(4).await;
    assert_eq!(world.consumer.round().await, Round::Fine);
    assert_eq!(world.fields().len(), 4, "it holds up nothing");
}

#[tokio::test]
async fn a_stream_without_both_images_is_not_followed() {
    let database = EmbeddedDynamo::start().unwrap();
    let dynamodb = database.client();
    let table = TableSpec::of::<Member>().unwrap().with_stream(StreamView::NewImage);
    table.create(dynamodb).await.unwrap();
    let client = source::embedded(&database.endpoint_url()).build();
    let client = aws_sdk_dynamodbstreams::Client::from_conf(client);
    let arn = arn(dynamodb).await.unwrap();
    let refused = Source::open(client, arn).await.err().unwrap();
    assert!(refused.to_string().contains("NEW_AND_OLD_IMAGES"), "{refused}");
}
