//! Queries: all pages, in order, one's own items and no others, whatever stands between them.

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use dynacrypt::codec::Binary;
use dynacrypt::testing::{self, FaultyHttp, FaultyKeyProvider, HttpFault};
use dynacrypt::{
    DynamoRepository, ExposeSecret, LocalKeyProvider, Principal, Record, Repository, Sealer, Secret,
};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use serde_json::json;

use crate::world::{Document, SSN, World, alice, bob, document};

/// The owner is the partition; the sort key is a text.
#[derive(Debug, Record)]
#[dynacrypt(table = "visits")]
pub(crate) struct Visit {
    #[dynacrypt(partition_key, owner)]
    pub(crate) patient: String,
    #[dynacrypt(sort_key)]
    pub(crate) day: String,
    pub(crate) ward: u32,
    #[encrypted]
    pub(crate) note: Secret<String>,
}

pub(crate) fn visit(patient: &str, day: &str, ward: u32) -> Visit {
    let (patient, day) = (patient.to_owned(), day.to_owned());
    Visit { patient, day, ward, note: Secret::from(SSN) }
}

/// Stores records as they are sealed, 25 at a time.
pub(crate) async fn fill<R: Record + Sync>(world: &World, records: impl IntoIterator<Item = R>) {
    let mut requests = Vec::new();
    for record in records {
        let item = world.sealer.seal(&record).await.unwrap().into_item();
        let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
        requests.push(WriteRequest::builder().put_request(put).build());
    }
    for chunk in requests.chunks(25) {
        let batch = world.backend.dynamodb().batch_write_item();
        let written = batch.request_items(&world.table, chunk.to_vec()).send().await.unwrap();
        assert!(written.unprocessed_items.is_none_or(|items| items.is_empty()));
    }
}

/// A repository whose requests are recorded, and are not retried.
pub(crate) fn recorded<R: Record>(world: &World) -> (FaultyHttp, DynamoRepository<R>) {
    let http = FaultyHttp::new();
    let config = world.backend.dynamodb_config().http_client(http.clone());
    let config = config.retry_config(RetryConfig::disabled()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    (http, DynamoRepository::new(client, world.sealer.clone()).with_table_name(&world.table))
}

fn days(visits: &[Visit]) -> Vec<&str> {
    visits.iter().map(|visit| visit.day.as_str()).collect()
}

#[tokio::test]
async fn every_page_comes_in_order_and_backward() {
    let world = World::new::<Visit>().await;
    let all: Vec<String> = (0..1_000).map(|n| format!("2026-{n:04}")).collect();
    fill(&world, all.iter().map(|day| visit("alice", day, 1))).await;
    fill(&world, [visit("bob", "2026-0000", 1)]).await;
    let (http, visits) = recorded::<Visit>(&world);

    let read = visits.query(&alice(), "alice").page_size(90).stream().collect_all().await.unwrap();
    assert_eq!(days(&read), all);
    assert!(read.iter().all(|visit| visit.note.expose_secret() == SSN));
    assert!(http.requests_of("Query").len() >= 12, "{}", http.requests_of("Query").len());

    let back = visits.query(&alice(), "alice").page_size(90).backward().limit(300);
    let back = back.stream().collect_all().await.unwrap();
    assert!(days(&back).into_iter().eq(all.iter().rev().take(300)));
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_wanted() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let counted = keys.faults();
    let world = World::with_sealer::<Visit>(Sealer::new(keys)).await;
    fill(&world, (0..10).map(|n| visit("alice", &format!("d{n}"), 1))).await;
    let (http, visits) = recorded::<Visit>(&world);
    let requests = || http.requests().len();

    let mut stream = visits.query(&alice(), "alice").page_size(4).stream();
    assert_eq!((requests(), counted.unwrap_calls()), (0, 0), "before the first poll");
    for (taken, sent) in [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3)] {
        while stream.next().await.unwrap().unwrap().day != format!("d{}", taken - 1) {}
        assert_eq!(requests(), sent, "{taken} taken");
    }
    drop(stream);
    assert_eq!(requests(), 3);

    // A limit is asked for, and no more.
    http.reset();
    let three = visits.query(&alice(), "alice").limit(3).stream().collect_all().await.unwrap();
    assert_eq!((three.len(), requests()), (3, 1));
    assert!(http.requests()[0].body().contains("\"Limit\":3"), "{}", http.requests()[0].body());
    assert_eq!(visits.query(&alice(), "alice").limit(0).stream().count().await, 0);
    assert_eq!(requests(), 1, "nothing is read for nothing");
}

#[tokio::test]
async fn a_future_of_the_next_item_may_be_dropped() {
    let world = World::new::<Visit>().await;
    fill(&world, (0..6).map(|n| visit("alice", &format!("d{n}"), 1))).await;
    let (http, visits) = recorded::<Visit>(&world);
    let mut stream = visits.query(&alice(), "alice").page_size(2).stream();
    let mut seen = Vec::new();
    loop {
        // Polled once and dropped, over and over: what it began goes on.
        match stream.next().now_or_never() {
            None => tokio::task::yield_now().await,
            Some(None) => break,
            Some(Some(visit)) => seen.push(visit.unwrap().day),
        }
    }
    assert_eq!(seen, ["d0", "d1", "d2", "d3", "d4", "d5"]);
    assert!(http.requests().len() <= 4, "{}", http.requests().len());
}

#[tokio::test]
async fn sort_keys_bound_the_range() {
    let world = World::new::<Visit>().await;
    let all = ["2025-12-31", "2026-01-01", "2026-01-02", "2026-02-01", "2027"];
    fill(&world, all.iter().map(|day| visit("alice", day, 1))).await;
    let visits = world.repository::<Visit>();
    let query = || visits.query(&alice(), "alice");
    for (query, expected) in [
        (query(), &all[..]),
        (query().sort_eq("2026-01-02"), &all[2..3]),
        (query().sort_lt("2026-01-02"), &all[..2]),
        (query().sort_le("2026-01-02"), &all[..3]),
        (query().sort_gt("2026-01-02"), &all[3..]),
        (query().sort_ge("2026-01-02"), &all[2..]),
        (query().sort_between("2026-01-01", "2026-02-01"), &all[1..4]),
        (query().sort_gt("2026-01-01").sort_lt("2026-02-01"), &all[2..3]),
        (query().sort_ge("2026-01-01").sort_lt("2026-02-01"), &all[1..3]),
        (query().sort_begins_with("2026-01-"), &all[1..3]),
        (query().sort_begins_with(""), &all[..]),
        (query().sort_begins_with("2026").sort_lt("2026-01-02"), &all[..2]),
        (query().sort_gt("3"), &[]),
        (query().sort_gt("b").sort_lt("a"), &[]),
    ] {
        let read = query.clone().stream().collect_all().await.unwrap();
        assert_eq!(days(&read), expected);
        assert_eq!(query.count().await.unwrap(), expected.len());
    }
}

#[tokio::test]
async fn numbers_and_bytes_are_sort_keys_too() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "blobs")]
    struct Blob {
        #[dynacrypt(partition_key, owner)]
        owner: String,
        #[dynacrypt(sort_key)]
        at: Binary,
    }
    let world = World::new::<Document>().await;
    fill(&world, (0..20).map(|n| document(n, "alice"))).await;
    let documents = world.repository::<Document>();
    let inbox = || documents.query(&alice(), "inbox");
    let numbers = |documents: Vec<Document>| -> Vec<u32> {
        documents.into_iter().map(|document| document.number).collect()
    };
    let read = inbox().sort_gt(2_u32).sort_le(11_u32).stream().collect_all().await.unwrap();
    assert_eq!(numbers(read), (3..=11).collect::<Vec<_>>());
    let read = inbox().sort_between(9_u32, 10_u32).backward().stream().collect_all().await.unwrap();
    assert_eq!(numbers(read), [10, 9]);

    let world = World::new::<Blob>().await;
    let at: [&[u8]; 4] = [&[0], &[1, 0], &[1, 255], &[2]];
    fill(&world, at.map(|at| Blob { owner: "alice".to_owned(), at: Binary(at.to_owned()) })).await;
    let blobs = world.repository::<Blob>();
    let read = blobs.query(&alice(), "alice").sort_begins_with(&[1_u8][..]).stream();
    assert!(read.map_ok(|blob| blob.at.0).try_collect::<Vec<_>>().await.unwrap() == at[1..3]);
    let read = blobs.query(&alice(), "alice").sort_gt(&[1_u8, 0][..]).stream();
    assert!(read.map_ok(|blob| blob.at.0).try_collect::<Vec<_>>().await.unwrap() == at[2..]);
}

#[tokio::test]
async fn filters_drop_and_limits_count_what_is_left() {
    let world = World::new::<Visit>().await;
    fill(&world, (0..60).map(|n| visit("alice", &format!("{n:02}"), n % 10))).await;
    let (http, visits) = recorded::<Visit>(&world);
    let columns = Visit::columns();
    let filtered = visits.query(&alice(), "alice").filter(columns.ward.eq(7_u32)).page_size(5);
    let read = filtered.clone().stream().collect_all().await.unwrap();
    assert_eq!(days(&read), ["07", "17", "27", "37", "47", "57"]);
    let limited = filtered.clone().limit(3).stream().collect_all().await.unwrap();
    assert_eq!(days(&limited), ["07", "17", "27"]);
    assert_eq!(filtered.count().await.unwrap(), 6);
    let both = visits.query(&alice(), "alice").filter(columns.ward.ge(7_u32));
    let both = both.filter(columns.note.exists()).filter(columns.ward.lt(8_u32));
    assert_eq!(both.count().await.unwrap(), 6);
    let none = visits.query(&alice(), "alice").filter(columns.note.not_exists());
    assert_eq!(none.stream().count().await, 0);

    http.reset();
    let key = visits.query(&alice(), "alice").filter(columns.day.eq("07"));
    let error = key.stream().next().await.unwrap().unwrap_err();
    assert!(error.is_invalid_request() && error.attribute() == Some("day"), "{error}");
    let hostile = visits.query(&alice(), "alice = :x OR #n0").sort_eq("x' OR 1");
    assert!(hostile.stream().next().await.unwrap().unwrap_err().is_access_denied());
    assert!(http.requests().is_empty());
}

/// The first is read, and then nothing comes: the stream says so once and ends.
#[tokio::test]
async fn an_error_of_the_service_ends_the_stream() {
    let world = World::new::<Visit>().await;
    fill(&world, (0..6).map(|n| visit("alice", &format!("d{n}"), 1))).await;
    let (http, visits) = recorded::<Visit>(&world);
    let mut stream = visits.query(&alice(), "alice").page_size(2).stream();
    assert!(stream.next().await.unwrap().is_ok() && stream.next().await.unwrap().is_ok());
    http.plan("Query", 1, HttpFault::ThroughputExceeded);
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(error.is_throttled(), "{error}");
    assert!(stream.next().await.is_none() && stream.next().await.is_none());
    assert_eq!(http.requests().len(), 2);
}

/// A page may be empty and not be the last; one that leads nowhere ends in an error, not in a loop.
#[tokio::test]
async fn empty_pages_are_followed() {
    let world = World::new::<Visit>().await;
    let (http, visits) = recorded::<Visit>(&world);
    let empty = |day: &str| HttpFault::Reply {
        status: 200,
        body: format!(
            r#"{{"Items":[],"Count":0,"LastEvaluatedKey":{{"patient":{{"S":"alice"}},"day":{{"S":"{day}"}}}}}}"#
        ),
    };
    fill(&world, [visit("alice", "x", 1)]).await;
    http.plan("Query", 1, empty("a"));
    http.plan("Query", 1, empty("b"));
    let read = visits.query(&alice(), "alice").stream().collect_all().await.unwrap();
    assert_eq!((days(&read), http.requests().len()), (vec!["x"], 3));

    http.reset();
    http.plan("Query", 1, empty("a"));
    http.plan("Query", 9, empty("a"));
    let error = visits.query(&alice(), "alice").stream().collect_all().await.unwrap_err();
    assert_eq!((http.requests().len(), error.kind()), (2, dynacrypt::ErrorKind::Service));
}

#[tokio::test]
async fn one_item_that_does_not_open_is_one_error() {
    let world = World::new::<Visit>().await;
    fill(&world, (0..9).map(|n| visit("alice", &format!("d{n}"), 1))).await;
    let items = testing::raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    for mut item in items {
        match &item["day"] {
            AttributeValue::S(day) if day == "d3" => {
                let AttributeValue::B(note) = &item["note"] else { panic!("no blob") };
                let mut note = note.as_ref().to_vec();
                *note.last_mut().unwrap() ^= 1;
                let note = aws_sdk_dynamodb::primitives::Blob::new(note);
                item.insert("note".to_owned(), AttributeValue::B(note));
            }
            AttributeValue::S(day) if day == "d5" => {
                item.remove("_dc");
            }
            AttributeValue::S(day) if day == "d7" => {
                item.insert("day".to_owned(), AttributeValue::S("d70".to_owned()));
            }
            _ => continue,
        }
        world.put_raw(item).await;
    }
    let visits = world.repository::<Visit>();
    let read: Vec<_> = visits.query(&alice(), "alice").page_size(2).stream().collect().await;
    let seen: Vec<_> = read
        .iter()
        .map(|item| match item {
            Ok(visit) => visit.day.as_str(),
            Err(error) if error.is_decrypt() => "decrypt",
            Err(error) if error.is_not_sealed() => "not sealed",
            Err(error) => panic!("{error}"),
        })
        .collect();
    let expected = ["d0", "d1", "d2", "decrypt", "d4", "not sealed", "d6", "d7", "decrypt", "d8"];
    assert_eq!(seen, expected);
    testing::assert_absent(format!("{read:?}"), [SSN]);
}

#[tokio::test]
async fn other_owners_items_are_as_if_absent() {
    let world = World::new::<Document>().await;
    fill(&world, (0..90).map(|n| document(n, if n % 30 == 7 { "alice" } else { "bob" }))).await;
    let (http, documents) = recorded::<Document>(&world);
    let mine = || documents.query(&alice(), "inbox").page_size(4);
    let read = mine().stream().collect_all().await.unwrap();
    assert_eq!(read.iter().map(|document| document.number).collect::<Vec<_>>(), [7, 37, 67]);
    assert_eq!(mine().limit(2).stream().collect_all().await.unwrap().len(), 2);
    assert_eq!(mine().count().await.unwrap(), 3);
    assert_eq!(documents.query(&bob(), "inbox").count().await.unwrap(), 87);
    assert_eq!(documents.query(&Principal::owner("eve"), "inbox").count().await.unwrap(), 0);
    let job = Principal::service("export", "ticket 1");
    assert_eq!(documents.query(&job, "inbox").count().await.unwrap(), 90);
    // What a user asks for cannot undo it.
    let columns = Document::columns();
    let wide = columns.owner_id.eq("bob").or(columns.body.exists());
    assert_eq!(mine().filter(wide).count().await.unwrap(), 3);

    // A server that does not filter, or lies, is not believed.
    http.reset();
    let items = testing::raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    let theirs = items.iter().find(|item| item["owner_id"] == AttributeValue::S("bob".to_owned()));
    let theirs = theirs.unwrap().clone();
    http.plan("Query", 1, answer([&theirs]));
    assert!(mine().stream().collect_all().await.unwrap().is_empty());
    // Nor is one that gives an item of another partition, even one's own.
    let mut elsewhere = theirs;
    elsewhere.insert("folder".to_owned(), AttributeValue::S("other".to_owned()));
    elsewhere.insert("owner_id".to_owned(), AttributeValue::S("alice".to_owned()));
    let own = Document { folder: "other".to_owned(), ..document(1, "alice") };
    let own = world.sealer.seal(&own).await.unwrap().into_item();
    for item in [elsewhere, own] {
        http.plan("Query", 1, answer([&item]));
        assert!(mine().stream().next().await.unwrap().unwrap_err().is_decrypt());
    }
    assert!(http.is_done());
}

/// What a server answers that gives these items, asked for or not.
pub(crate) fn answer<'a>(items: impl IntoIterator<Item = &'a testing::Item>) -> HttpFault {
    let value = |value: &AttributeValue| match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(bytes) => json!({ "B": aws_smithy_types::base64::encode(bytes) }),
        other => panic!("{other:?}"),
    };
    let items: Vec<serde_json::Value> = items
        .into_iter()
        .map(|item| item.iter().map(|(name, of)| (name.clone(), value(of))).collect())
        .collect();
    let body = json!({ "Count": items.len(), "Items": items }).to_string();
    HttpFault::Reply { status: 200, body }
}

/// The owner is the sort key: what stands beside it in the partition is others'.
#[tokio::test]
async fn an_owner_in_the_sort_key_sees_one_item() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "members")]
    struct Member {
        #[dynacrypt(partition_key)]
        club: String,
        #[dynacrypt(sort_key, owner)]
        user_id: String,
    }
    let world = World::new::<Member>().await;
    let member = |user: &str| Member { club: "c".to_owned(), user_id: user.to_owned() };
    fill(&world, ["aa", "alice", "bob"].map(member)).await;
    let members = world.repository::<Member>();
    let read = members.query(&alice(), "c").stream().collect_all().await.unwrap();
    assert_eq!(read.iter().map(|member| member.user_id.as_str()).collect::<Vec<_>>(), ["alice"]);
    assert_eq!(members.query(&alice(), "c").count().await.unwrap(), 1);
    assert_eq!(members.query(&alice(), "c").sort_gt("alice").count().await.unwrap(), 0);
}

#[tokio::test]
async fn another_owners_partition_is_denied_before_anything_happens() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let counted = keys.faults();
    let world = World::with_sealer::<Visit>(Sealer::new(keys)).await;
    let (http, visits) = recorded::<Visit>(&world);
    for principal in [
        bob(),
        Principal::owner(""),
        Principal::owner("alice "),
        Principal::service("", "x"),
        Principal::service("job", " "),
    ] {
        let query = || visits.query(&principal, "alice");
        let mut stream = query().stream();
        assert!(stream.next().await.unwrap().unwrap_err().is_access_denied());
        assert!(stream.next().await.is_none());
        assert!(query().page(None).await.unwrap_err().is_access_denied());
        assert!(query().page(Some(&"AAAA".into())).await.unwrap_err().is_access_denied());
        assert!(query().count().await.unwrap_err().is_access_denied());
        let collection = visits.collection(&principal, "alice");
        assert!(collection.stream().next().await.unwrap().unwrap_err().is_access_denied());
    }
    assert_eq!(http.requests().len(), 0, "nothing was sent");
    assert_eq!(counted.generate_calls() + counted.unwrap_calls(), 0, "no key was asked for");
    visits.put(&alice(), &visit("alice", "d", 1)).await.unwrap();
    assert_eq!(visits.query(&alice(), "alice").count().await.unwrap(), 1);
}

/// Many data keys of a page are unwrapped at once, and each of them once.
#[tokio::test]
async fn data_keys_are_unwrapped_once() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let counted = keys.faults();
    let limits = dynacrypt::keys::CacheLimits::default().max_items(5);
    let world = World::with_sealer::<Visit>(Sealer::with_cache_limits(keys, limits)).await;
    fill(&world, (0..50).map(|n| visit("alice", &format!("{n:02}"), 1))).await;
    assert_eq!(counted.generate_calls(), 10);
    let visits = world.repository::<Visit>();
    let read = visits.query(&alice(), "alice").stream().collect_all().await.unwrap();
    assert_eq!((read.len(), counted.unwrap_calls()), (50, 10));
}

/// Keys of what is not wanted are not asked for: behind a limit that a filter keeps from DynamoDB,
/// and where nothing is opened.
#[tokio::test]
async fn data_keys_that_nobody_needs_stay_wrapped() {
    let local = LocalKeyProvider::generate().unwrap();
    let limits = dynacrypt::keys::CacheLimits::default().max_items(5);
    let writer = Sealer::with_cache_limits(local.clone(), limits);
    let world = World::with_sealer::<Visit>(writer).await;
    fill(&world, (0..50).map(|n| visit("alice", &format!("{n:02}"), 1))).await;
    let keys = FaultyKeyProvider::new(local);
    let counted = keys.faults();
    let visits = DynamoRepository::<Visit>::new(
        world.backend.dynamodb().clone(),
        Sealer::new(keys).read_only(),
    )
    .with_table_name(&world.table);
    assert_eq!(visits.collection(&alice(), "alice").stream().count().await, 50);
    assert_eq!(visits.query(&alice(), "alice").count().await.unwrap(), 50);
    assert_eq!(counted.unwrap_calls(), 0);
    let query = || visits.query(&alice(), "alice").filter(Visit::columns().ward.eq(1_u32));
    assert_eq!(query().limit(7).stream().collect_all().await.unwrap().len(), 7);
    assert_eq!(counted.unwrap_calls(), 2);
    assert_eq!(query().limit(12).page(None).await.unwrap().items.len(), 12);
    assert_eq!(counted.unwrap_calls(), 3);
}
