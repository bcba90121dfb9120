//! How much memory streaming a table or a partition takes: two pages, however large it is. It counts the
//! heap of the one thread that reads, the SDK's part included, and never talks to a database: pages
//! come from an HTTP client of its own, each as one piece of JSON, and none is kept.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::base64;
use aws_smithy_types::body::SdkBody;
use dynacrypt::{
    DynamoRepository, ExposeSecret, LocalKeyProvider, Principal, Record, Sealer, Secret,
};
use serde_json::{Value, json};

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

struct Counter;

// SAFETY: everything is passed on to the system's allocator; sizes are only added up.
unsafe impl GlobalAlloc for Counter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // What was allocated on another thread may be freed on this one: the sums may wrap, and
        // their differences are still right.
        HELD.set(HELD.get().wrapping_add(layout.size()));
        if HELD.get().cast_signed() > PEAK.get().cast_signed() {
            PEAK.set(HELD.get());
        }
        // SAFETY: the caller's obligations are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        HELD.set(HELD.get().wrapping_sub(layout.size()));
        // SAFETY: the caller's obligations are passed on.
        unsafe { System.dealloc(block, layout) }
    }

    // `realloc` is not overridden: its default holds both blocks for a moment, and both are counted,
    // though the system may do with one.
}

#[global_allocator]
static ALLOCATOR: Counter = Counter;

/// Most bytes of the heap that were held at a time while `run` ran, and bytes that are held after
/// it, beyond what was held before.
fn counted<T>(run: impl FnOnce() -> T) -> (usize, usize, T) {
    let before = HELD.get();
    PEAK.set(before);
    let output = run();
    (PEAK.get().wrapping_sub(before), HELD.get().wrapping_sub(before), output)
}

#[derive(Debug, Record)]
#[dynacrypt(table = "visits")]
struct Visit {
    #[dynacrypt(partition_key, owner)]
    patient: String,
    #[dynacrypt(sort_key)]
    day: String,
    ward: u64,
    #[encrypted]
    reason: Secret<String>,
    #[encrypted]
    findings: Secret<String>,
}

const PATIENT: &str = "patient-7c9e6679-7425-40de-944b-e07f";

fn visit(number: usize) -> Visit {
    Visit {
        patient: PATIENT.to_owned(),
        day: format!("{number:010}"),
        ward: 42,
        reason: Secret::new("x".repeat(64)),
        findings: Secret::new("x".repeat(640)),
    }
}

/// What is streamed.
#[derive(Debug, Clone, Copy)]
enum Of {
    Table,
    Partition,
}

/// A table of so many pages, all with the same items, under different positions.
#[derive(Debug, Clone)]
struct Pages {
    items: Arc<str>,
    per_page: usize,
    pages: usize,
    served: Arc<AtomicUsize>,
}

impl Pages {
    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let request: Value =
            serde_json::from_slice(request.body().bytes().expect("a body")).expect("JSON");
        let start = request["ExclusiveStartKey"]["day"]["S"].as_str();
        let number = start.map_or(0, |day| day.parse::<usize>().expect("a position")) + 1;
        let last = if number < self.pages {
            let key = json!({ "patient": { "S": "at" }, "day": { "S": number.to_string() } });
            format!(r#","LastEvaluatedKey":{key}"#)
        } else {
            String::new()
        };
        let (count, items) = (self.per_page, &self.items);
        let mut body = String::with_capacity(items.len() + 200);
        let head = format!(r#"{{"Count":{count},"ScannedCount":{count},"Items":["#);
        for part in [head.as_str(), items, "]", &last, "}"] {
            body.push_str(part);
        }
        self.served.fetch_add(1, Ordering::Relaxed);
        let status = StatusCode::try_from(200).expect("a status");
        HttpResponse::new(status, SdkBody::from(body))
    }
}

impl HttpClient for Pages {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Pages {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Ok(self.answer(&request)))
    }
}

fn as_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(bytes) => json!({ "B": base64::encode(bytes) }),
        other => panic!("not in this record: {other:?}"),
    }
}

/// A page of items, and what reads tables that are made of it.
struct World {
    runtime: tokio::runtime::Runtime,
    sealer: Sealer,
    items: Arc<str>,
    per_page: usize,
}

impl World {
    fn new(per_page: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("runtime");
        let sealer = Sealer::new(LocalKeyProvider::generate().expect("key"));
        let items = (0..per_page).map(|number| {
            let sealed = runtime.block_on(sealer.seal(&visit(number))).expect("seals");
            let item = sealed.into_item();
            let item = item.iter().map(|(name, value)| (name.clone(), as_json(value)));
            Value::Object(item.collect()).to_string()
        });
        let items = items.collect::<Vec<_>>().join(",").into();
        Self { runtime, sealer, items, per_page }
    }

    fn table(&self, pages: usize) -> (Client, Arc<AtomicUsize>) {
        let served = Arc::default();
        let (items, per_page) = (Arc::clone(&self.items), self.per_page);
        let http = Pages { items, per_page, pages, served: Arc::clone(&served) };
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .region(Region::from_static("us-east-1"))
            .http_client(http);
        (Client::from_conf(config.build()), served)
    }

    /// What the SDK's answer of one page is held in, and the most that the SDK needs to make it.
    fn page(&self) -> (usize, usize) {
        let (client, _) = self.table(1);
        let scan = || self.runtime.block_on(client.scan().table_name("visits").send()).ok();
        drop(scan().expect("warm"));
        let (peak, held, items) = counted(|| scan().expect("scan").items);
        assert_eq!(items.expect("items").len(), self.per_page);
        (held, peak)
    }

    /// Peak of a stream over so many pages; `each` gets its records.
    fn stream(&self, of: Of, pages: usize, mut each: impl FnMut(Visit)) -> usize {
        let (client, served) = self.table(pages);
        let visits = DynamoRepository::<Visit>::new(client, self.sealer.clone());
        let (owner, service) =
            (Principal::owner(PATIENT), Principal::service("export", "ticket 12"));
        let (peak, _, count) = counted(|| {
            self.runtime.block_on(async {
                let mut stream = match of {
                    Of::Table => visits.scan(&service).stream(),
                    Of::Partition => visits.query(&owner, PATIENT).stream(),
                };
                let mut count = 0;
                while let Some(visit) = stream.next().await {
                    let visit = visit.expect("opens");
                    assert_eq!(visit.findings.expose_secret().len(), 640);
                    count += 1;
                    each(visit);
                }
                count
            })
        });
        assert_eq!(count, pages * self.per_page);
        assert_eq!(served.load(Ordering::Relaxed), pages);
        peak
    }

    /// Streams a little and a lot; no more is held than two pages, and no more of a lot.
    fn compare(&self, pages: [usize; 2]) {
        let (page, bare) = self.page();
        let of_page = |bytes: usize| bytes as f64 / page as f64;
        println!("a page of {} items, as the SDK gives it: {page} bytes", self.per_page);
        println!("the SDK alone, reading it: {:.2} pages", of_page(bare));
        for of in [Of::Table, Of::Partition] {
            // What is made once, such as the cached data key, is not the stream's.
            self.stream(of, 1, drop);
            let peaks = pages.map(|pages| self.stream(of, pages, drop));
            for (pages, peak) in pages.iter().zip(peaks) {
                let (items, times) = (pages * self.per_page, of_page(peak));
                println!("{of:?}, {items} items: {peak} bytes, {times:.2} pages");
            }
            assert!(peaks[0].abs_diff(peaks[1]) < page / 20, "the peak grows with the {of:?}");
            assert!(peaks[1] <= 2 * page, "more than two pages are held");
        }
    }
}

#[test]
fn the_count_sees_what_is_kept() {
    let world = World::new(20);
    let mut kept = Vec::new();
    let one = world.stream(Of::Table, 1, |visit| kept.push(visit));
    let mut kept = Vec::new();
    let ten = world.stream(Of::Table, 10, |visit| kept.push(visit));
    assert!(ten - one > 9 * 20 * 700, "{one} and {ten} bytes");
}

#[test]
fn a_stream_holds_two_pages_however_long_it_is() {
    World::new(200).compare([2, 10]);
}

/// As large as DynamoDB's own pages get: 1 MB.
#[test]
#[ignore = "minutes: run with `--ignored --nocapture`"]
fn a_stream_over_100_000_items_takes_no_more_than_one_over_10_000() {
    World::new(1000).compare([10, 100]);
}
