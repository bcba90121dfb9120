//! Counts what is on the heap while a table is streamed: the most of a long table is the most of a
//! short one. It never looks into a block, and never talks to a server.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::testing::{FaultyHttp, HttpFault};
use dynacrypt::{DynamoRepository, LocalKeyProvider, Principal, Record, Sealer, Secret};
use serde_json::{Value, json};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counter;

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(live, Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTER: Counter = Counter;

#[derive(Debug, Record)]
#[dynacrypt(table = "visits")]
struct Visit {
    #[dynacrypt(partition_key, owner)]
    patient: String,
    #[dynacrypt(sort_key)]
    number: u32,
    #[encrypted]
    note: Secret<String>,
}

const PAGE: u32 = 200;

/// The body of a page that says where the next one begins, unless it is the last.
async fn page(sealer: &Sealer, number: u32, last: bool) -> String {
    let mut items = Vec::new();
    for number in number * PAGE..(number + 1) * PAGE {
        let patient = "alice".to_owned();
        let visit = Visit { patient, number, note: Secret::from("x".repeat(300)) };
        items.push(Value::Object(
            sealer.seal(&visit).await.unwrap().into_item().into_iter().map(json_of).collect(),
        ));
    }
    let mut body = json!({ "Items": items, "Count": PAGE });
    if !last {
        let end = ((number + 1) * PAGE - 1).to_string();
        body["LastEvaluatedKey"] = json!({ "patient": { "S": "alice" }, "number": { "N": end } });
    }
    body.to_string()
}

fn json_of((name, value): (String, AttributeValue)) -> (String, Value) {
    let value = match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(bytes) => json!({ "B": aws_smithy_types::base64::encode(bytes) }),
        other => panic!("{other:?}"),
    };
    (name, value)
}

/// Bytes that streaming so many pages needed at the most, beyond what was there before.
async fn peak(pages: u32) -> usize {
    let sealer = Sealer::new(LocalKeyProvider::generate().unwrap());
    let http = FaultyHttp::canned();
    for number in 0..pages {
        let body = page(&sealer, number, number + 1 == pages).await;
        http.plan("Query", 1, HttpFault::Reply { status: 200, body });
    }
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url("http://localhost:1")
        .http_client(http)
        .build();
    let visits = DynamoRepository::<Visit>::new(Client::from_conf(config), sealer);
    let caller = Principal::owner("alice");
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let mut stream = visits.query(&caller, "alice").stream();
    let mut seen = HashMap::new();
    while let Some(visit) = stream.next().await {
        *seen.entry(visit.unwrap().number / PAGE).or_insert(0) += 1;
    }
    assert!(seen.len() == pages as usize && seen.values().all(|count| *count == PAGE));
    PEAK.load(Ordering::Relaxed) - before
}

#[tokio::test]
async fn streaming_a_long_table_needs_no_more_than_two_pages() {
    // Whatever is set up once is set up before anything is counted.
    peak(1).await;
    let (one, two, many) = (peak(1).await, peak(2).await, peak(60).await);
    println!("bytes at the most: one page {one}, two pages {two}, sixty pages {many}");
    assert!(many <= two + two / 10, "one page {one}, two pages {two}, sixty pages {many}");
    assert!(many <= 2 * one, "one page {one}, sixty pages {many}");
}
