//! As `freed`, for updates: no block that is freed while a secret is sealed by itself and sent holds
//! it. It never looks at live memory, at the stack, or at registers.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use aws_sdk_dynamodb::Config;
use aws_sdk_dynamodb::config::{Credentials, Region};
use dynacrypt::expr::Update;
use dynacrypt::testing::{FaultyHttp, HttpFault};
use dynacrypt::{
    DynamoRepository, LocalKeyProvider, Principal, Record, Repository, Sealer, Secret,
};

const CANARY: &str = "CANARY-9f3a61c2-SECRET";
/// Longer than any buffer that a library might keep on the stack or reuse.
const LONG_LEN: usize = 5000;

thread_local! {
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    static FOUND: Cell<usize> = const { Cell::new(0) };
    static FIRST_LARGE: Cell<usize> = const { Cell::new(0) };
}

struct Scanner;

impl Scanner {
    fn look(block: *const u8, len: usize) {
        if !WATCHING.get() || len < CANARY.len() {
            return;
        }
        let byte = |at: usize| {
            // SAFETY: `at` is below `len`, the length of a block that is still allocated. It may
            // not be initialized, hence volatile: what is read is only compared, and
            // whatever it reads is an answer.
            unsafe { block.add(at).read_volatile() }
        };
        let canary = CANARY.as_bytes();
        let found = (0..=len - canary.len())
            .any(|start| canary.iter().enumerate().all(|(at, c)| byte(start + at) == *c));
        FOUND.set(FOUND.get() + usize::from(found));
    }
}

// SAFETY: everything is passed on to the system's allocator; the blocks are only read, before they
// are freed.
unsafe impl GlobalAlloc for Scanner {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if WATCHING.get() && layout.size() >= LONG_LEN && FIRST_LARGE.get() == 0 {
            FIRST_LARGE.set(layout.size());
        }
        // SAFETY: the caller's obligations are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        Self::look(block, layout.size());
        // SAFETY: the caller's obligations are passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Scanner = Scanner;

#[derive(Record)]
#[dynacrypt(table = "memory")]
struct Holder {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[encrypted]
    text: Secret<String>,
    #[encrypted]
    bytes: Option<Secret<Vec<u8>>>,
    #[encrypted]
    #[dynacrypt(pad = 64)]
    list: Secret<Vec<String>>,
}

/// A repository whose requests are all answered the same, without a network.
fn holders(answers: usize, fault: HttpFault) -> DynamoRepository<Holder> {
    let http = FaultyHttp::canned();
    http.plan_any(answers, fault);
    let config = Config::builder()
        .behavior_version_latest()
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
        .endpoint_url("http://localhost:1")
        .http_client(http);
    let sealer = Sealer::new(LocalKeyProvider::generate().expect("key"));
    DynamoRepository::new(aws_sdk_dynamodb::Client::from_conf(config.build()), sealer)
}

fn served() -> HttpFault {
    HttpFault::Reply { status: 200, body: "{}".to_owned() }
}

/// Freed blocks that held the canary, while `run` ran. All of it runs on this thread.
fn freed<T>(run: impl Future<Output = T>) -> (usize, T) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("runtime");
    FOUND.set(0);
    FIRST_LARGE.set(0);
    WATCHING.set(true);
    let output = runtime.block_on(run);
    WATCHING.set(false);
    (FOUND.get(), output)
}

fn update() -> Update<Holder> {
    let c = Holder::columns();
    Update::new()
        .set(c.text, Secret::from(CANARY))
        .set(c.bytes, Secret::from(CANARY.as_bytes()))
        .set(c.list, Secret::new(vec![CANARY.to_owned(); 3]))
}

#[test]
fn the_scanner_sees_what_is_not_wiped() {
    assert_eq!(freed(async { drop(CANARY.to_owned()) }).0, 1);
}

#[test]
fn an_update_that_is_sent_leaves_nothing() {
    let holders = holders(1, served());
    let (found, sent) =
        freed(async { holders.update(&Principal::owner("id"), "id", update()).await });
    sent.expect("sent");
    assert_eq!(found, 0);
}

#[test]
fn an_update_that_is_refused_or_dropped_leaves_nothing() {
    let refused = holders(9, HttpFault::ServerError);
    let (found, sent) =
        freed(async { refused.update(&Principal::owner("id"), "id", update()).await });
    assert!(sent.is_err_and(|error| error.is_unavailable()));
    assert_eq!(found, 0, "refused by the server");

    let (found, sent) =
        freed(async { refused.update(&Principal::owner("other"), "id", update()).await });
    assert!(sent.is_err_and(|error| error.is_access_denied()));
    assert_eq!(found, 0, "refused before");

    let hangs = holders(1, HttpFault::Hang);
    let (found, sent) = freed(
        async {
            let update = hangs.update(&Principal::owner("id"), "id", update()).await;
            drop(update);
        }
        .now(),
    );
    assert!(sent.is_none(), "it hangs");
    assert_eq!(found, 0, "dropped");
    assert_eq!(freed(async { drop(update()) }).0, 0, "never sent");
}

#[test]
fn a_field_is_one_exactly_sized_allocation() {
    let holders = holders(2, served());
    let c = Holder::columns();
    let long = || Update::new().set(c.text, Secret::new("x".repeat(LONG_LEN)));
    let alice = Principal::owner("id");
    freed(async { holders.update(&alice, "id", long()).await.expect("warms the key") });
    let update = long();
    freed(async { holders.update(&alice, "id", update).await.expect("sent") });
    // The front with one wrapped key of the local provider, a CBOR head of three bytes, the text,
    // the tag. What comes after are the SDK's own, of the request.
    assert_eq!(FIRST_LARGE.get(), 54 + 71 + 3 + LONG_LEN + 16);
}

/// Polls a future for a while, and drops it.
trait Now: Future + Sized {
    async fn now(self) -> Option<Self::Output> {
        tokio::time::timeout(std::time::Duration::from_millis(50), self).await.ok()
    }
}

impl<F: Future> Now for F {}
