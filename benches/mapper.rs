//! Calls through the repository beside bare calls of the AWS SDK that carry the same bytes, in one
//! run on one embedded database, over loopback: `cargo bench --bench mapper`. It never compares
//! requests that differ: each pair is recorded first, and has to be equal but for sealed bytes.
//!
//! An item has a 36-byte partition key, a 10-byte sort key, encrypted strings of 16, 64 and 256
//! bytes, and three clear fields (a 20-byte string, a number, a boolean); the data key is warm. The
//! two sides of a pair take turns, so that both meet the same machine. Read the ratios at the end,
//! not the times: a server in a data center takes longer to answer, and the ratios are then lower.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::similar_names,
    clippy::many_single_char_names,
    clippy::too_many_lines,
    reason = "a benchmark that cannot go on stops"
)]

use std::collections::HashMap;
use std::future::Future;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use criterion::Criterion;
use dynacrypt::expr::Update;
use dynacrypt::testing::{EmbeddedDynamo, FaultyHttp, create_table};
use dynacrypt::{
    DynamoRepository, ExposeSecret, LocalKeyProvider, Principal, Record, Repository, Sealer, Secret,
};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

type Item = HashMap<String, AttributeValue>;

const TABLE: &str = "bench";
const PATIENT: &str = "patient-0f8fad5b-d9cb-469f-a165-7086";
/// A partition of a thousand items, which one answer holds: 1 MB is the most.
const CROWD: &str = "patient-7c9e6679-7425-40de-944b-e07f";
const PAGE: usize = 1000;
/// Fewer pairs give no ratio: a run that only shows that the benchmark works.
const ENOUGH: usize = 50;

#[derive(Debug, Record)]
#[dynacrypt(table = "bench")]
struct Visit {
    #[dynacrypt(partition_key, owner)]
    patient: String,
    #[dynacrypt(sort_key)]
    day: String,
    title: String,
    ward: u64,
    paid: bool,
    #[encrypted]
    code: Secret<String>,
    #[encrypted]
    reason: Secret<String>,
    #[encrypted]
    findings: Secret<String>,
}

fn secret(len: usize) -> Secret<String> {
    Secret::new("x".repeat(len))
}

fn visit(patient: &str, number: usize) -> Visit {
    Visit {
        patient: patient.to_owned(),
        day: format!("{number:010}"),
        title: "x".repeat(20),
        ward: 42,
        paid: true,
        code: secret(16),
        reason: secret(64),
        findings: secret(256),
    }
}

/// A client, and everything that can be done with it in two ways.
struct Side {
    client: Client,
    visits: DynamoRepository<Visit>,
    sealer: Sealer,
    patient: Principal,
    crowd: Principal,
    record: Visit,
}

impl Side {
    fn new(client: Client, sealer: &Sealer) -> Self {
        Self {
            visits: DynamoRepository::new(client.clone(), sealer.clone()).with_table_name(TABLE),
            client,
            sealer: sealer.clone(),
            patient: Principal::owner(PATIENT),
            crowd: Principal::owner(CROWD),
            record: visit(PATIENT, 1),
        }
    }

    async fn put(&self) {
        self.visits.put(&self.patient, &self.record).await.expect("put");
    }

    async fn bare_put(&self, item: Item) {
        let put = self.client.put_item().table_name(TABLE).set_item(Some(item));
        let _ = put.send().await.expect("put");
    }

    async fn get(&self) -> Visit {
        let key = (PATIENT, "0000000001");
        self.visits.get(&self.patient, key).await.expect("get").expect("there")
    }

    async fn bare_get(&self) -> Item {
        let get = self.client.get_item().table_name(TABLE).consistent_read(true);
        let get = get.set_key(Some(key()));
        get.send().await.expect("get").item.expect("there")
    }

    async fn page(&self) -> Vec<Visit> {
        let page = self.visits.query(&self.crowd, CROWD).stream().collect_all().await;
        page.expect("page")
    }

    async fn bare_page(&self) -> Vec<Item> {
        let query = self.client.query().table_name(TABLE).consistent_read(true);
        let query = query
            .scan_index_forward(true)
            .key_condition_expression("#n0 = :v0")
            .expression_attribute_names("#n0", "patient")
            .expression_attribute_values(":v0", text(CROWD));
        query.send().await.expect("query").items.expect("items")
    }

    async fn opened(&self, items: Vec<Item>) -> Vec<Visit> {
        let mut visits = Vec::with_capacity(items.len());
        for item in items {
            visits.push(self.sealer.open(item).await.expect("opens"));
        }
        visits
    }

    async fn update(&self, findings: Secret<String>) {
        let update = Update::new().set(Visit::columns().findings, findings);
        let key = (PATIENT, "0000000001");
        self.visits.update(&self.patient, key, update).await.expect("update");
    }

    async fn bare_update(&self, findings: AttributeValue) {
        let update = self
            .client
            .update_item()
            .table_name(TABLE)
            .set_key(Some(key()))
            .update_expression("SET #n2 = :v1")
            .condition_expression("attribute_exists(#n0) AND begins_with(#n1, :v0)")
            .expression_attribute_names("#n0", "patient")
            .expression_attribute_names("#n1", "_dc")
            .expression_attribute_names("#n2", "findings")
            .expression_attribute_values(":v0", AttributeValue::B(Blob::new([0xDC, 0, 1, 1, 0])))
            .expression_attribute_values(":v1", findings)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let _ = update.send().await.expect("update");
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn key() -> Item {
    let sort = ("day".to_owned(), text("0000000001"));
    HashMap::from([("patient".to_owned(), text(PATIENT)), sort])
}

/// Fills the table.
async fn fill(side: &Side, sealer: &Sealer) {
    create_table::<Visit>(&side.client, TABLE).await.expect("table");
    for number in 0..PAGE {
        let sealed = sealer.seal(&visit(CROWD, number)).await.expect("seals");
        side.bare_put(sealed.into_item()).await;
    }
}

/// What the last two requests asked for, sealed bytes by their length alone.
fn assert_same(recorder: &FaultyHttp, requests: usize) {
    let all = recorder.requests();
    assert_eq!(all.len(), requests, "requests so far");
    let [through, bare] = &all[requests - 2..] else { panic!("two requests") };
    assert_eq!(through.operation(), bare.operation());
    let masked = [through, bare].map(|request| {
        let mut body = serde_json::from_str(request.body()).expect("JSON");
        mask(&mut body);
        body
    });
    assert_eq!(masked[0], masked[1], "the two sides of a pair ask for the same");
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(bytes) if name == "B" && bytes.len() > 8 => {
                        *member = bytes.len().into();
                    }
                    _ => mask(member),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(mask),
        _ => {}
    }
}

/// Gives what the bare sides send: the sealed item, and the field as an update seals it.
async fn check(side: &Side, recorder: &FaultyHttp) -> (Item, AttributeValue) {
    recorder.reset();
    side.put().await;
    let item = side.sealer.seal(&side.record).await.expect("seals").into_item();
    side.bare_put(item.clone()).await;
    assert_same(recorder, 2);
    assert_eq!(side.get().await.findings.expose_secret().len(), 256);
    assert_eq!(side.bare_get().await, item);
    assert_same(recorder, 4);
    let opened = side.page().await;
    let items = side.bare_page().await;
    assert_same(recorder, 6);
    assert_eq!([opened.len(), items.len()], [PAGE; 2], "one answer holds the page");
    side.update(secret(256)).await;
    let findings = side.bare_get().await.remove("findings").expect("findings");
    recorder.reset();
    side.update(secret(256)).await;
    side.bare_update(findings.clone()).await;
    assert_same(recorder, 2);
    assert_eq!(side.get().await.findings.expose_secret().len(), 256);
    (item, findings)
}

/// Times of the two sides of a pair.
type Times = Vec<(Duration, Duration)>;

/// Runs both sides in turns. Criterion is told the times of the first.
fn pair(
    criterion: &mut Criterion,
    name: &str,
    mut through: impl FnMut() -> Duration,
    mut bare: impl FnMut() -> Duration,
) -> Times {
    let mut times = Times::new();
    criterion.bench_function(name, |bencher| {
        bencher.iter_custom(|pairs| {
            let mut total = Duration::ZERO;
            for _ in 0..pairs {
                let pair = if times.len().is_multiple_of(2) {
                    let through = through();
                    (through, bare())
                } else {
                    let bare = bare();
                    (through(), bare)
                };
                total += pair.0;
                times.push(pair);
            }
            total
        });
    });
    times
}

/// Time until a future is done, without the time to drop what it gives.
fn timed<T>(runtime: &Runtime, future: impl Future<Output = T>) -> Duration {
    let start = Instant::now();
    let output = runtime.block_on(future);
    let elapsed = start.elapsed();
    drop(black_box(output));
    elapsed
}

fn median(times: &Times, side: impl Fn(&(Duration, Duration)) -> Duration) -> f64 {
    let mut times: Vec<_> = times.iter().map(side).collect();
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn bench(criterion: &mut Criterion) -> Vec<(&'static str, Option<f64>, Times)> {
    // Both sides run on this one thread, and the database on another.
    let runtime = Builder::new_current_thread().enable_all().build().expect("runtime");
    let dynamodb = EmbeddedDynamo::start().expect("database");
    let sealer = Sealer::new(LocalKeyProvider::generate().expect("key"));
    let side = Side::new(dynamodb.client().clone(), &sealer);
    let recorder = FaultyHttp::new();
    let recorded = dynamodb.config().http_client(recorder.clone()).build();
    let recorded = Side::new(Client::from_conf(recorded), &sealer);
    let (item, findings) = runtime.block_on(async {
        fill(&side, &sealer).await;
        check(&recorded, &recorder).await
    });

    let put = pair(
        criterion,
        "put",
        || timed(&runtime, side.put()),
        || {
            let item = item.clone();
            timed(&runtime, side.bare_put(item))
        },
    );
    let get =
        pair(criterion, "get", || timed(&runtime, side.get()), || timed(&runtime, side.bare_get()));
    let update = pair(
        criterion,
        "update_secret",
        || {
            let findings = secret(256);
            timed(&runtime, side.update(findings))
        },
        || {
            let findings = findings.clone();
            timed(&runtime, side.bare_update(findings))
        },
    );
    let opens = pair(
        criterion,
        "page_1000/bare_and_opens",
        || timed(&runtime, side.page()),
        || timed(&runtime, async { side.opened(side.bare_page().await).await }),
    );
    let page = pair(
        criterion,
        "page_1000/bare",
        || timed(&runtime, side.page()),
        || timed(&runtime, side.bare_page()),
    );
    vec![
        ("put", Some(1.05), put),
        ("get", Some(1.05), get),
        ("update of a secret", Some(1.05), update),
        ("page of 1,000, beside the query and its opens", Some(1.0), opens),
        ("page of 1,000, beside the query alone", None, page),
    ]
}

fn main() {
    let output = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("criterion-mapper");
    let _ = std::fs::remove_dir_all(&output);
    let mut criterion = Criterion::default().output_directory(&output).configure_from_args();
    let all = bench(&mut criterion);
    criterion.final_summary();
    println!("\nthrough the repository : bare, medians of this run:");
    for (name, aim, times) in all.iter().filter(|(_, _, times)| times.len() >= ENOUGH) {
        let (through, bare) = (median(times, |pair| pair.0), median(times, |pair| pair.1));
        let aim = aim.map_or(String::new(), |aim| format!(" (aim: at most {aim:.2})"));
        println!(
            "  {name}: {:.3}{aim}, {through:.0} µs : {bare:.0} µs, {} pairs",
            through / bare,
            times.len()
        );
    }
}
