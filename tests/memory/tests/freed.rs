//! Looks into every heap block as it is freed: none may still hold a canary that was a secret. It
//! also counts the allocations that sealing makes for a field. It never looks at live memory, at
//! the stack, or at registers.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::{ExposeSecret, LocalKeyProvider, Record, Sealer, Secret};
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

const CANARY: &str = "CANARY-9f3a61c2-SECRET";
/// Longer than any buffer that a library might keep on the stack or reuse.
const LONG_LEN: usize = 5000;

thread_local! {
    static WATCHING: Cell<bool> = const { Cell::new(false) };
    static FOUND: Cell<usize> = const { Cell::new(0) };
    static LARGE: Cell<[usize; 8]> = const { Cell::new([0; 8]) };
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
        if found {
            FOUND.set(FOUND.get() + 1);
        }
    }

    fn note(len: usize) {
        if WATCHING.get() && len >= LONG_LEN {
            let mut large = LARGE.get();
            if let Some(free) = large.iter_mut().find(|len| **len == 0) {
                *free = len;
            }
            LARGE.set(large);
        }
    }
}

// SAFETY: everything is passed on to the system's allocator; the blocks are only read, before they
// are freed.
unsafe impl GlobalAlloc for Scanner {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note(layout.size());
        // SAFETY: the caller's obligations are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        Self::look(block, layout.size());
        // SAFETY: the caller's obligations are passed on.
        unsafe { System.dealloc(block, layout) }
    }

    // `realloc` is not overridden: its default allocates, copies and frees through the two above,
    // so that a block that grows is looked into as well.
}

#[global_allocator]
static ALLOCATOR: Scanner = Scanner;

/// Freed blocks that held the canary, while `run` ran.
fn freed(run: impl FnOnce()) -> usize {
    FOUND.set(0);
    WATCHING.set(true);
    run();
    WATCHING.set(false);
    FOUND.get()
}

#[derive(Record)]
#[dynacrypt(table = "memory")]
struct Holder {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[encrypted]
    text: Secret<String>,
    #[encrypted]
    bytes: Secret<Vec<u8>>,
    #[encrypted]
    card: Option<Secret<Card>>,
    #[encrypted]
    #[dynacrypt(pad = 64)]
    padded: Secret<Vec<String>>,
}

#[derive(Serialize, Deserialize, Zeroize)]
struct Card {
    number: String,
    // Out of order on purpose: the encoder sorts.
    bank: String,
}

fn holder() -> Holder {
    Holder {
        id: "id".to_owned(),
        text: Secret::from(CANARY),
        bytes: Secret::from(CANARY.as_bytes()),
        card: Some(Secret::new(Card { number: CANARY.to_owned(), bank: CANARY.to_owned() })),
        padded: Secret::new(vec![CANARY.to_owned(); 3]),
    }
}

fn sealer() -> Sealer {
    Sealer::new(LocalKeyProvider::generate().expect("key"))
}

fn seal(sealer: &Sealer, holder: &Holder) -> HashMap<String, AttributeValue> {
    sealer.seal(holder).now_or_never().expect("local").expect("seals").into_item()
}

#[test]
fn the_scanner_sees_what_is_not_wiped() {
    assert_eq!(freed(|| drop(CANARY.to_owned())), 1);
    assert!(freed(|| drop(format!("{}!", Secret::from(CANARY).expose_secret()))) >= 1);
    let mut grown = String::with_capacity(CANARY.len());
    let freed = freed(|| {
        grown.push_str(CANARY);
        grown.push_str(CANARY);
        drop(std::mem::take(&mut grown));
    });
    assert_eq!(freed, 2, "the first block, and the one it grew into");
}

#[test]
fn sealing_and_opening_leave_nothing() {
    let sealer = sealer();
    let found = freed(|| {
        let holder = holder();
        let item = seal(&sealer, &holder);
        drop(holder);
        let opened: Holder = sealer.open(item).now_or_never().expect("local").expect("opens");
        assert_eq!(opened.text.expose_secret(), CANARY);
        assert_eq!(opened.bytes.expose_secret(), CANARY.as_bytes());
        assert_eq!(opened.card.as_ref().expect("card").expose_secret().bank, CANARY);
        assert_eq!(opened.padded.expose_secret().len(), 3);
        drop(opened.text.duplicate());
    });
    assert_eq!(found, 0);
}

#[test]
fn a_refused_item_leaves_nothing() {
    let sealer = sealer();
    for attribute in ["text", "bytes", "card", "padded"] {
        let mut item = seal(&sealer, &holder());
        let Some(AttributeValue::B(blob)) = item.remove(attribute) else { panic!("sealed") };
        let mut blob = blob.into_inner();
        *blob.last_mut().expect("a tag") ^= 1;
        item.insert(attribute.to_owned(), AttributeValue::B(Blob::new(blob)));
        let found = freed(|| {
            let opened = sealer.open::<Holder>(item).now_or_never().expect("local");
            assert!(opened.is_err_and(|error| error.is_decrypt()));
        });
        assert_eq!(found, 0, "{attribute}");
    }
}

/// The item authenticates, but one field was sealed from another type: the others were decrypted by
/// then.
#[test]
fn a_record_that_does_not_fit_leaves_nothing() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "memory")]
    struct Other {
        #[dynacrypt(partition_key, owner)]
        id: String,
        #[encrypted]
        text: Secret<u64>,
        #[encrypted]
        bytes: Secret<Vec<u8>>,
    }
    let sealer = sealer();
    let item = seal(&sealer, &holder());
    let found = freed(|| {
        let error =
            sealer.open::<Other>(item).now_or_never().expect("local").expect_err("another type");
        assert!(error.is_invalid_item() && error.attribute() == Some("text"));
        assert!(!format!("{error} {error:?}").contains("CANARY"));
    });
    assert_eq!(found, 0);
}

#[test]
fn a_field_is_one_exactly_sized_allocation() {
    #[derive(Record)]
    #[dynacrypt(table = "memory")]
    struct Long {
        #[dynacrypt(partition_key, owner)]
        id: String,
        #[encrypted]
        text: Secret<String>,
    }
    let sealer = sealer();
    let long = Long { id: "id".to_owned(), text: Secret::new("x".repeat(LONG_LEN)) };
    let _ = sealer.seal(&long).now_or_never().expect("local").expect("warms the key");
    LARGE.set([0; 8]);
    let mut item = None;
    freed(|| item = sealer.seal(&long).now_or_never());
    // Magic and kind, a CBOR head of three bytes, the text, the tag.
    assert_eq!(LARGE.get(), [2 + 3 + LONG_LEN + 16, 0, 0, 0, 0, 0, 0, 0]);

    let item = item.expect("local").expect("seals").into_item();
    LARGE.set([0; 8]);
    freed(|| drop(sealer.open::<Long>(item).now_or_never()));
    assert_eq!(
        LARGE.get(),
        [LONG_LEN, 0, 0, 0, 0, 0, 0, 0],
        "the string that is handed out, and nothing else"
    );
}

/// What the documentation of `Secret` says of `Deserialize`.
#[test]
fn request_bodies() {
    #[derive(Deserialize)]
    struct Request {
        text: Secret<String>,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Request { text: Secret<String> },
    }
    #[derive(Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Request { text: Secret<String> },
    }
    fn found<T: for<'de> Deserialize<'de>>(
        body: &str,
        expose: impl FnOnce(&T) -> &Secret<String>,
    ) -> usize {
        let body: &[u8] = body.as_bytes();
        freed(|| {
            let request: T = serde_json::from_slice(body).expect("parses");
            assert!(expose(&request).expose_secret().contains("CANARY"));
        })
    }
    let plain = format!(r#"{{"kind":"Request","text":"{CANARY}"}}"#);
    let escaped = format!(r#"{{"kind":"Request","text":"{CANARY}\n"}}"#);
    let request = |body: &str| found(body, |request: &Request| &request.text);
    let untagged = |body: &str| found(body, |Untagged::Request { text }: &Untagged| text);
    let tagged = |body: &str| found(body, |Tagged::Request { text }: &Tagged| text);
    assert_eq!([request(&plain), untagged(&plain), tagged(&plain)], [0, 0, 0], "without escapes");
    assert_eq!(
        [request(&escaped), untagged(&escaped), tagged(&escaped)],
        [2, 3, 2],
        "with escapes"
    );
    let read =
        freed(|| drop(serde_json::from_reader::<_, Request>(plain.as_bytes()).expect("parses")));
    assert_eq!(read, 1, "a reader has nothing to borrow from");
    let value = serde_json::Value::String(CANARY.to_owned());
    let found = freed(|| drop(serde_json::from_value::<Secret<String>>(value).expect("parses")));
    assert_eq!(found, 0, "a `Value` hands its string over");
}
