//! Batches: any number of keys and items, leftovers sent again as the same bytes, nobody's items
//! but the principal's. It never looks at what the mapper says where it can look at the table.

mod refusals;

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use dynacrypt::repository::{Backoff, BatchItem, BatchWrite, Leftover};
use dynacrypt::testing::{FaultyHttp, FaultyKeyProvider, HttpFault, KeyFault, raw_items};
use dynacrypt::{
    DynamoRepository, ErrorKind, LocalKeyProvider, Principal, Record, Repository, Sealer, Secret,
};
use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use serde_json::Value;

use crate::world::{Document, Profile, SSN, World, alice, document, profile};

/// A record of which one owner has many: the owner is the partition key.
#[derive(Debug, Record)]
#[dynacrypt(table = "notes")]
struct Note {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(sort_key)]
    number: u32,
    bulk: String,
    #[encrypted]
    text: Secret<String>,
}

fn note(number: u32) -> Note {
    Note { user_id: "alice".to_owned(), number, bulk: String::new(), text: Secret::from(SSN) }
}

fn notes(numbers: impl IntoIterator<Item = u32>) -> Vec<Note> {
    numbers.into_iter().map(note).collect()
}

fn job() -> Principal {
    Principal::service("import", "ticket 12")
}

/// A repository whose requests are recorded and can be made to fail, and which does not wait.
fn recorded<R: Record>(world: &World) -> (FaultyHttp, DynamoRepository<R>) {
    let http = FaultyHttp::new();
    let config = world
        .backend
        .dynamodb_config()
        .http_client(http.clone())
        .retry_config(RetryConfig::disabled());
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    let repository = DynamoRepository::new(client, world.sealer.clone())
        .with_table_name(&world.table)
        .with_backoff(Backoff::default().with_attempts(3).with_longest(Duration::ZERO));
    (http, repository)
}

fn puts(records: &[Note]) -> BatchWrite<'_, Note> {
    records.iter().map(BatchItem::put).collect()
}

async fn stored_numbers(world: &World) -> BTreeSet<u32> {
    let items = raw_items(world.backend.dynamodb(), &world.table).await;
    items.unwrap().iter().map(|item| item["number"].as_n().unwrap().parse().unwrap()).collect()
}

/// Every put of every request so far, as it was sent, by sort key.
fn sent_puts(http: &FaultyHttp) -> HashMap<String, Vec<Value>> {
    let mut sent: HashMap<String, Vec<Value>> = HashMap::new();
    for request in http.requests_of("BatchWriteItem") {
        let body: Value = serde_json::from_str(request.body()).unwrap();
        for write in body["RequestItems"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|list| list.as_array().unwrap())
        {
            if let Some(item) = write.get("PutRequest").map(|put| &put["Item"]) {
                let number = item["number"]["N"].as_str().unwrap().to_owned();
                sent.entry(number).or_default().push(item.clone());
            }
        }
    }
    sent
}

#[tokio::test]
async fn many_are_written_read_and_deleted_in_chunks() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let faults = keys.faults();
    let world = World::with_sealer::<Note>(Sealer::new(keys)).await;
    let (http, repository) = recorded::<Note>(&world);
    let records = notes(0..260);
    let written = repository.batch_write(&alice(), puts(&records)).await.unwrap();
    assert_eq!(written.results().len(), 260);
    assert!(written.leftovers().is_empty() && !written.is_throttled());
    written.into_result().unwrap();
    assert_eq!(http.requests_of("BatchWriteItem").len(), 11);
    assert_eq!(stored_numbers(&world).await.len(), 260);

    // In the order asked for, with holes where there is nothing.
    let asked: Vec<(&str, u32)> = (0..300).rev().map(|number| ("alice", number)).collect();
    let found = repository.batch_get(&alice(), asked.clone()).await.unwrap();
    assert_eq!(http.requests_of("BatchGetItem").len(), 3);
    for ((_, number), found) in asked.iter().zip(found) {
        let found = found.unwrap();
        assert_eq!(found.map(|note| note.number), (*number < 260).then_some(*number));
    }
    assert_eq!((faults.generate_calls(), faults.unwrap_calls()), (1, 1), "one data key");

    let deletes: BatchWrite<'_, Note> = asked.iter().map(|key| BatchItem::delete(*key)).collect();
    repository.batch_write(&alice(), deletes).await.unwrap().into_result().unwrap();
    assert_eq!(stored_numbers(&world).await.len(), 0);
    // Nothing asked for is nothing sent.
    http.reset();
    assert!(repository.batch_get(&alice(), Vec::<(&str, u32)>::new()).await.unwrap().is_empty());
    assert!(
        repository.batch_write(&alice(), BatchWrite::new()).await.unwrap().results().is_empty()
    );
    assert_eq!(http.requests().len(), 0);
}

#[tokio::test]
async fn leftovers_are_sent_again_as_the_same_bytes() {
    let world = World::new::<Note>().await;
    let (http, repository) = recorded::<Note>(&world);
    // 40 items in chunks of 25, with whatever is left going first into the next one.
    http.plan("BatchWriteItem", 1, HttpFault::Unprocessed { processed: 10 });
    http.plan("BatchWriteItem", 1, HttpFault::ThroughputExceeded);
    http.plan("BatchWriteItem", 1, HttpFault::Unprocessed { processed: 20 });
    let records = notes(0..40);
    repository.batch_write(&alice(), puts(&records)).await.unwrap().into_result().unwrap();
    assert!(http.is_done());
    assert_eq!(stored_numbers(&world).await.len(), 40);
    let sent = sent_puts(&http);
    assert_eq!(sent.len(), 40);
    assert!(sent.values().any(|times| times.len() == 3));
    for (number, times) in &sent {
        assert!(times.windows(2).all(|pair| pair[0] == pair[1]), "{number} was sealed again");
    }
    let stored = raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    for item in stored {
        let number = item["number"].as_n().unwrap();
        let sent = sent[number][0]["_dc"]["B"].as_str().unwrap();
        let stored = base64(item["_dc"].as_b().unwrap().as_ref());
        assert_eq!(sent, stored, "what is stored is what was sent");
    }
}

fn base64(bytes: &[u8]) -> String {
    aws_smithy_types::base64::encode(bytes)
}

#[tokio::test]
async fn what_is_left_in_the_end_comes_back_sealed() {
    let world = World::new::<Note>().await;
    let (http, repository) = recorded::<Note>(&world);
    repository.put(&alice(), &note(100)).await.unwrap();
    http.plan("BatchWriteItem", usize::MAX, HttpFault::Unprocessed { processed: 0 });
    let records = notes(0..3);
    let batch = puts(&records[..2]).delete(("alice", 100_u32)).put(&records[2]);
    let written = repository.batch_write(&alice(), batch).await.unwrap();
    assert_eq!(http.requests_of("BatchWriteItem").len(), 3, "three attempts");
    assert!(written.is_throttled());
    for result in written.results() {
        assert!(result.as_ref().unwrap_err().is_throttled());
    }
    let shown = format!("{written:?}");
    assert!(!shown.contains("CANARY") && !shown.contains("alice"), "{shown}");
    let places: Vec<_> =
        written.leftovers().iter().map(|left| (left.place(), left.is_delete())).collect();
    assert_eq!(places, [(0, false), (1, false), (2, true), (3, false)]);

    // Still throttled: the places stay. Then it goes through, with the same bytes as ever.
    let written = repository.resume(&alice(), written.into_leftovers()).await;
    assert!(written.is_throttled());
    let sent = sent_puts(&http);
    http.reset();
    let mut leftovers = written.into_leftovers();
    leftovers.remove(0);
    assert_eq!(leftovers.iter().map(Leftover::place).collect::<Vec<_>>(), [1, 2, 3]);
    let written = repository.resume(&alice(), leftovers).await;
    assert_eq!(written.results().len(), 3);
    written.into_result().unwrap();
    assert_eq!(stored_numbers(&world).await, BTreeSet::from([1, 2]));
    let again = sent_puts(&http);
    for number in ["1", "2"] {
        assert_eq!(again[number][0], sent[number][0]);
        assert_eq!(sent[number].len(), 6);
    }
    assert!(repository.get(&alice(), ("alice", 2_u32)).await.unwrap().is_some());
}

#[tokio::test]
async fn keys_that_are_left_are_asked_for_again_and_throttled_alone() {
    let world = World::new::<Note>().await;
    let (http, repository) = recorded::<Note>(&world);
    let records = notes(0..10);
    repository.batch_write(&alice(), puts(&records)).await.unwrap().into_result().unwrap();
    let keys = || (0..12).map(|number: u32| ("alice", number));
    http.plan("BatchGetItem", 1, HttpFault::Unprocessed { processed: 4 });
    http.plan("BatchGetItem", 1, HttpFault::Throttled);
    let found = repository.batch_get(&alice(), keys()).await.unwrap();
    let numbers: Vec<Option<u32>> =
        found.into_iter().map(|found| found.unwrap().map(|note| note.number)).collect();
    assert_eq!(numbers, (0..12).map(|number| (number < 10).then_some(number)).collect::<Vec<_>>());
    assert_eq!(http.requests_of("BatchGetItem").len(), 3);

    http.plan("BatchGetItem", 1, HttpFault::Unprocessed { processed: 4 });
    http.plan("BatchGetItem", usize::MAX, HttpFault::Unprocessed { processed: 0 });
    let found = repository.batch_get(&alice(), keys()).await.unwrap();
    assert!(found[..4].iter().all(|found| found.as_ref().unwrap().is_some()));
    assert!(found[4..].iter().all(|found| found.as_ref().unwrap_err().is_throttled()));
}

#[tokio::test(start_paused = true)]
async fn waits_are_tokios_and_bounded() {
    // No server, no socket: with a paused clock, only the waits of the repository pass time.
    let http = FaultyHttp::canned();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version_latest()
        .region(aws_sdk_dynamodb::config::Region::new("us-east-1"))
        .credentials_provider(aws_sdk_dynamodb::config::Credentials::new("i", "s", None, None, "t"))
        .endpoint_url("https://dynamodb.invalid")
        .retry_config(RetryConfig::disabled())
        .http_client(http.clone());
    let sealer = Sealer::new(LocalKeyProvider::generate().unwrap());
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    let repository = DynamoRepository::<Profile>::new(client, sealer).with_backoff(
        Backoff::default()
            .with_attempts(20)
            .with_first(Duration::from_mins(1))
            .with_longest(Duration::from_mins(10)),
    );
    http.plan("BatchGetItem", usize::MAX, HttpFault::ThroughputExceeded);
    let begin = tokio::time::Instant::now();
    let found = repository.batch_get(&alice(), ["alice"]).await.unwrap();
    assert!(found[0].as_ref().unwrap_err().is_throttled());
    assert_eq!(http.requests().len(), 20);
    // 19 waits: 60 + 120 + 240 + 480 + 15 × 600 at most, and hardly ever less than a tenth of it.
    let waited = begin.elapsed();
    assert!(waited > Duration::from_secs(990) && waited < Duration::from_mins(165), "{waited:?}");
}

#[tokio::test]
async fn a_failed_request_ends_the_batch() {
    let world = World::new::<Note>().await;
    let (http, repository) = recorded::<Note>(&world);
    let records = notes(0..60);
    let refused = HttpFault::Refused { status: 400, code: "ValidationException".to_owned() };
    http.plan("BatchWriteItem", 1, HttpFault::Delay(Duration::ZERO));
    http.plan("BatchWriteItem", 1, refused.clone());
    let written = repository.batch_write(&alice(), puts(&records)).await.unwrap();
    assert_eq!(http.requests().len(), 2, "nothing is sent after the failure");
    let kinds: Vec<_> = written
        .results()
        .iter()
        .map(|result| result.as_ref().err().map(dynacrypt::Error::kind))
        .collect();
    assert!(kinds[..25].iter().all(Option::is_none));
    assert!(kinds[25..].iter().all(|kind| *kind == Some(ErrorKind::Service)));
    let shown = format!("{written:?}");
    assert!(!shown.contains("CANARY") && !shown.contains("alice"));
    // What was sealed comes back; what was not is with the caller.
    assert_eq!(written.leftovers().len(), 25);
    assert!(!written.is_throttled());
    repository.resume(&alice(), written.into_leftovers()).await.into_result().unwrap();
    assert_eq!(stored_numbers(&world).await, (0..50).collect());

    http.plan("BatchGetItem", 1, refused);
    let found = repository.batch_get(&alice(), (0..150_u32).map(|n| ("alice", n))).await.unwrap();
    assert!(found.iter().all(|found| found.as_ref().unwrap_err().kind() == ErrorKind::Service));
    assert_eq!(http.requests_of("BatchGetItem").len(), 1);
}

#[tokio::test]
async fn a_lost_answer_leaves_it_open_whether_it_was_written() {
    let world = World::new::<Note>().await;
    let (http, repository) = recorded::<Note>(&world);
    http.plan("BatchWriteItem", 1, HttpFault::AnswerLost);
    let records = notes(0..2);
    let written = repository.batch_write(&alice(), puts(&records)).await.unwrap();
    assert!(written.results().iter().all(|result| result.as_ref().unwrap_err().is_unavailable()));
    let before = raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    assert_eq!(before.len(), 2, "it was");
    repository.resume(&alice(), written.into_leftovers()).await.into_result().unwrap();
    let after = raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    assert_eq!(after, before, "and going on changes nothing");
}

#[tokio::test]
async fn a_key_provider_that_fails_ends_the_batch_and_leaves_nothing_sent() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let faults = keys.faults();
    let world = World::with_sealer::<Note>(Sealer::new(keys)).await;
    let (http, repository) = recorded::<Note>(&world);
    faults.on_generate(1, KeyFault::Fail(ErrorKind::KeyDisabled));
    let records = notes(0..30);
    let written = repository.batch_write(&alice(), puts(&records)).await.unwrap();
    assert!(written.results().iter().all(|result| result.as_ref().unwrap_err().is_key_disabled()));
    assert!(written.leftovers().is_empty());
    assert_eq!(
        (faults.generate_calls(), http.requests().len()),
        (1, 0),
        "one question, no request"
    );
}

#[tokio::test]
async fn a_stream_is_written_as_it_comes() {
    let world = World::new::<Note>().await;
    let (http, repository) = recorded::<Note>(&world);
    let principal = alice();
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let count = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let items = stream::iter(0..120_u32).map(|number| {
        count();
        match number {
            7 => BatchItem::put_owned(Note { user_id: "bob".to_owned(), ..note(7) }),
            // The same key once more: after the first.
            60 => BatchItem::delete(("alice", 50_u32)),
            _ => BatchItem::put_owned(note(number)),
        }
    });
    let written = repository.write_stream(&principal, items).unwrap();
    let mut written = std::pin::pin!(written);
    assert_eq!(
        (http.requests().len(), asked.load(std::sync::atomic::Ordering::Relaxed)),
        (0, 0),
        "lazy"
    );
    http.plan("BatchWriteItem", 1, HttpFault::Unprocessed { processed: 20 });
    let mut places = BTreeSet::new();
    while let Some(one) = written.next().await {
        let ahead = asked.load(std::sync::atomic::Ordering::Relaxed) - places.len();
        assert!(ahead <= 26, "{ahead} items are held");
        match one.place() {
            7 => assert!(one.result().unwrap_err().is_access_denied()),
            _ => one.result().unwrap(),
        }
        assert!(places.insert(one.place()), "one answer each");
    }
    assert_eq!(places, (0..120).collect());
    let expected: BTreeSet<u32> = (0..120).filter(|number| ![7, 50, 60].contains(number)).collect();
    assert_eq!(stored_numbers(&world).await, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Any mix of present, absent and others' keys comes back in the order asked for, whatever
    /// DynamoDB leaves over in between.
    #[test]
    fn answers_stand_where_the_keys_stood(
        kinds in proptest::collection::vec(0..3_u8, 1..230),
        processed in proptest::collection::vec(0..100_usize, 0..2),
        reversed in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let world = World::new::<Document>().await;
            let (http, documents) = recorded::<Document>(&world);
            let number = |at: usize| u32::try_from(at).unwrap();
            let records: Vec<Document> = kinds
                .iter()
                .enumerate()
                .filter(|(_, kind)| **kind < 2)
                .map(|(at, kind)| document(number(at), if *kind == 0 { "alice" } else { "bob" }))
                .collect();
            let batch: BatchWrite<'_, Document> = records.iter().map(BatchItem::put).collect();
            documents.batch_write(&job(), batch).await.unwrap().into_result().unwrap();
            for processed in &processed {
                http.plan("BatchGetItem", 1, HttpFault::Unprocessed { processed: *processed });
            }
            let mut order: Vec<usize> = (0..kinds.len()).collect();
            if reversed {
                order.reverse();
            }
            let keys = order.iter().map(|at| ("inbox", number(*at)));
            let found = documents.batch_get(&alice(), keys).await.unwrap();
            assert_eq!(found.len(), kinds.len());
            for (at, found) in order.iter().zip(found) {
                let found = found.unwrap().map(|document| (document.number, document.owner_id));
                let expected = (kinds[*at] == 0).then(|| (number(*at), "alice".to_owned()));
                assert_eq!(found, expected);
            }
        });
    }
}

/// What the futures hold can go to other threads.
#[tokio::test]
async fn futures_are_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    let (alice, record) = (alice(), profile("alice"));
    let keys = std::rc::Rc::new(["alice".to_owned()]);
    // The keys themselves need not be: they are taken at once.
    let get = is_send(profiles.batch_get(&alice, keys.iter()));
    let write = is_send(profiles.batch_write(&alice, BatchWrite::new().put(&record)));
    assert!(get.await.unwrap()[0].as_ref().unwrap().is_none());
    write.await.unwrap().into_result().unwrap();
    let items = stream::iter([BatchItem::delete("alice")]);
    let mut written = std::pin::pin!(is_send(profiles.write_stream(&alice, items).unwrap()));
    written.next().await.unwrap().result().unwrap();
    assert!(written.next().await.is_none());
    let stored = profiles.get(&alice, "alice").await.unwrap();
    assert!(stored.is_none());
}
