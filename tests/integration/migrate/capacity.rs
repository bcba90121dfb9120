//! The cap on capacity, in time that passes only when everything waits, against answers that are made
//! up. It never measures a clock on the wall.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use dynacrypt::jobs::{CapacityLimit, Migration, Progress, ProgressEvent};
use dynacrypt::testing::{FaultyHttp, HttpFault};
use dynacrypt::{DynamoRepository, LocalKeyProvider, Sealer};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Person, job, reading};

fn canned() -> (FaultyHttp, DynamoRepository<Person>) {
    let http = FaultyHttp::canned();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .endpoint_url("https://dynamodb.invalid")
        .http_client(http.clone());
    let sealer = Sealer::new(LocalKeyProvider::generate().unwrap()).with_legacy(reading());
    (http, DynamoRepository::new(Client::from_conf(config.build()), sealer))
}

fn answer(http: &FaultyHttp, operation: &str, body: &Value) {
    http.plan(operation, 1, HttpFault::Reply { status: 200, body: body.to_string() });
}

fn consumed(units: f64) -> Value {
    json!({ "TableName": "people", "CapacityUnits": units })
}

fn person(number: usize) -> Value {
    json!({
        "user_id": { "S": format!("user-{number}") },
        "display_name": { "S": "x" },
        "role": { "S": "member" },
        "ssn": { "S": "CANARY" },
    })
}

/// Runs a migration of one segment; gives how many seconds passed.
async fn seconds(people: &DynamoRepository<Person>, limit: CapacityLimit) -> (f64, Option<u64>) {
    let begun = Instant::now();
    let estimate = Arc::new(Mutex::new(None));
    let told = Arc::clone(&estimate);
    let progress = Progress::to(move |event| {
        if let ProgressEvent::Begun { estimate, .. } = event {
            *told.lock().unwrap() = estimate;
        }
    });
    let migration = Migration::of(people).segments(1).capacity(limit).progress(progress);
    migration.run(job()).await.unwrap();
    let estimate = *estimate.lock().unwrap();
    (begun.elapsed().as_secs_f64(), estimate)
}

#[tokio::test(start_paused = true)]
async fn reads_keep_to_what_dynamodb_says_they_consume() {
    let pages = |http: &FaultyHttp| {
        answer(http, "DescribeTable", &json!({ "Table": { "ItemCount": 7 } }));
        for page in 0..5 {
            let mut body = json!({ "Items": [], "Count": 0, "ConsumedCapacity": consumed(50.0) });
            if page < 4 {
                body["LastEvaluatedKey"] = json!({ "user_id": { "S": format!("user-{page}") } });
            }
            answer(http, "Scan", &body);
        }
    };
    let (http, people) = canned();
    pages(&http);
    let (capped, estimate) = seconds(&people, CapacityLimit::default().with_read(10)).await;
    assert_eq!(estimate, Some(7));
    // 250 units, of which 10 were there at once; each page is made up for before the next one.
    assert!((23.0..27.0).contains(&capped), "{capped}");
    assert!(http.requests_of("Scan").iter().all(|scan| scan.body().contains("\"TOTAL\"")));
    pages(&http);
    let (free, _) = seconds(&people, CapacityLimit::default().with_write(1)).await;
    assert!(free < 1.0, "{free}");
}

#[tokio::test(start_paused = true)]
async fn writes_keep_to_theirs() {
    let (http, people) = canned();
    answer(&http, "DescribeTable", &json!({ "Table": {} }));
    let items: Vec<Value> = (0..4).map(person).collect();
    answer(
        &http,
        "Scan",
        &json!({ "Items": items, "Count": 4, "ConsumedCapacity": consumed(1.0) }),
    );
    for _ in 0..4 {
        // With indexes, many times what the item alone would take.
        answer(&http, "UpdateItem", &json!({ "ConsumedCapacity": consumed(20.0) }));
    }
    let (capped, estimate) = seconds(&people, CapacityLimit::default().with_write(5)).await;
    assert_eq!(estimate, None);
    // What the last one took is nobody's to wait for: 60 units, of which 5 were there.
    assert!((10.0..13.0).contains(&capped), "{capped}");
    let writes = http.requests_of("UpdateItem");
    assert_eq!(writes.len(), 4);
    assert!(writes.iter().all(|write| write.body().contains("\"TOTAL\"")));
}

#[tokio::test(start_paused = true)]
async fn without_a_word_of_dynamodbs_sizes_count() {
    let (http, people) = canned();
    answer(&http, "DescribeTable", &json!({ "Table": {} }));
    let mut large = person(0);
    large["ssn"] = json!({ "S": "x".repeat(100 * 1024) });
    answer(&http, "Scan", &json!({ "Items": [large], "Count": 1 }));
    answer(&http, "UpdateItem", &json!({}));
    let (capped, _) = seconds(&people, CapacityLimit::default().with_write(10)).await;
    // 101 units, of which 10 were there.
    assert!((8.5..10.0).contains(&capped), "{capped}");
}
