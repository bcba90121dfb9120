//! Seal and open of one record, beside the hand-written equivalent and the bare cipher work, in one
//! run: `cargo bench`.
//!
//! The record has a 36-byte partition key, a 10-byte sort key, five encrypted strings of 16, 24,
//! 64, 256 and 1024 bytes, and three clear fields (a 20-byte string, a number, a boolean); the data
//! key is warm. Read the ratios at the end, not the times: the times are this machine's.

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
use std::hint::black_box;
use std::path::{Path, PathBuf};

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use criterion::{BatchSize, Criterion};
use dynacrypt::{ExposeSecret, LocalKeyProvider, Record, Sealer, Secret};
use futures_util::FutureExt;

type Item = HashMap<String, AttributeValue>;

const LENGTHS: [usize; 5] = [16, 24, 64, 256, 1024];
/// Few enough that items and records of a batch stay in the cache, as those of a request do.
const BATCH: BatchSize = BatchSize::NumIterations(16);
const ENCRYPTED: [&str; 5] = ["a", "b", "c", "d", "e"];

#[derive(Debug, Record)]
#[dynacrypt(table = "bench")]
struct Sealable {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(sort_key)]
    day: String,
    title: String,
    count: u64,
    active: bool,
    #[encrypted]
    a: Secret<String>,
    #[encrypted]
    b: Secret<String>,
    #[encrypted]
    c: Secret<String>,
    #[encrypted]
    d: Secret<String>,
    #[encrypted]
    e: Secret<String>,
}

/// The same record, as one would write it by hand.
struct Plain {
    id: String,
    day: String,
    title: String,
    count: u64,
    active: bool,
    secrets: [String; 5],
}

fn text(len: usize) -> String {
    "x".repeat(len)
}

fn sealable() -> Sealable {
    let [a, b, c, d, e] = LENGTHS.map(|len| Secret::new(text(len)));
    Sealable {
        id: text(36),
        day: text(10),
        title: text(20),
        count: 42,
        active: true,
        a,
        b,
        c,
        d,
        e,
    }
}

fn plain() -> Plain {
    let secrets = LENGTHS.map(text);
    Plain { id: text(36), day: text(10), title: text(20), count: 42, active: true, secrets }
}

/// A fresh nonce from the operating system for each field, as in the examples one finds: nonce ‖
/// ciphertext ‖ tag.
fn seal_by_hand(cipher: &Aes256Gcm, record: &Plain) -> Item {
    let mut item = HashMap::with_capacity(10);
    item.insert("id".to_owned(), AttributeValue::S(record.id.clone()));
    item.insert("day".to_owned(), AttributeValue::S(record.day.clone()));
    item.insert("title".to_owned(), AttributeValue::S(record.title.clone()));
    item.insert("count".to_owned(), AttributeValue::N(record.count.to_string()));
    item.insert("active".to_owned(), AttributeValue::Bool(record.active));
    for (name, secret) in ENCRYPTED.iter().zip(&record.secrets) {
        let mut nonce = [0; 12];
        getrandom::fill(&mut nonce).expect("randomness");
        let mut blob = Vec::with_capacity(12 + secret.len() + 16);
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(secret.as_bytes());
        let tag = cipher
            .encrypt_inout_detached((&nonce).into(), name.as_bytes(), (&mut blob[12..]).into())
            .expect("encrypts");
        blob.extend_from_slice(&tag);
        item.insert((*name).to_owned(), AttributeValue::B(Blob::new(blob)));
    }
    item
}

fn open_by_hand(cipher: &Aes256Gcm, mut item: Item) -> Plain {
    let mut string = |name: &str| match item.remove(name) {
        Some(AttributeValue::S(text) | AttributeValue::N(text)) => text,
        _ => panic!("no {name}"),
    };
    let (id, day, title, count) = (string("id"), string("day"), string("title"), string("count"));
    let active = matches!(item.remove("active"), Some(AttributeValue::Bool(true)));
    let secrets = ENCRYPTED.map(|name| {
        let Some(AttributeValue::B(blob)) = item.remove(name) else { panic!("no {name}") };
        let mut blob = blob.into_inner();
        let (nonce, rest) = blob.split_first_chunk_mut::<12>().expect("nonce");
        let (text, tag) = rest.split_last_chunk_mut::<16>().expect("tag");
        cipher
            .decrypt_inout_detached(
                (&*nonce).into(),
                name.as_bytes(),
                (&mut *text).into(),
                (&*tag).into(),
            )
            .expect("authentic");
        String::from_utf8(text.to_vec()).expect("utf-8")
    });
    Plain { id, day, title, count: count.parse().expect("number"), active, secrets }
}

/// The cipher's work alone: five buffers, no items, no randomness, no allocation.
fn bare_seal(cipher: &Aes256Gcm, buffers: &mut [Vec<u8>; 5]) {
    for (name, buffer) in ENCRYPTED.iter().zip(buffers) {
        let tag = cipher.encrypt_inout_detached(
            (&[0; 12]).into(),
            name.as_bytes(),
            buffer.as_mut_slice().into(),
        );
        let _ = black_box(tag.expect("encrypts"));
    }
}

fn bench(criterion: &mut Criterion) {
    let sealer = Sealer::new(LocalKeyProvider::generate().expect("key"));
    let cipher = Aes256Gcm::new(&[7; 32].into());
    let (record, by_hand) = (sealable(), plain());
    let seal = |record: &Sealable| {
        sealer.seal(record).now_or_never().expect("warm").expect("seals").into_item()
    };
    let sealed = seal(&record);
    let sealed_by_hand = seal_by_hand(&cipher, &by_hand);

    let mut group = criterion.benchmark_group("seal");
    group.bench_function("dynacrypt", |b| b.iter(|| black_box(seal(black_box(&record)))));
    group.bench_function("by_hand", |b| {
        b.iter(|| black_box(seal_by_hand(&cipher, black_box(&by_hand))));
    });
    let mut buffers = LENGTHS.map(|len| vec![1; len]);
    group
        .bench_function("cipher_alone", |b| b.iter(|| bare_seal(&cipher, black_box(&mut buffers))));
    group.finish();

    let mut group = criterion.benchmark_group("open");
    group.bench_function("dynacrypt", |b| {
        let open =
            |item| sealer.open::<Sealable>(item).now_or_never().expect("warm").expect("opens");
        assert_eq!(open(sealed.clone()).e.expose_secret().len(), 1024);
        b.iter_batched(|| sealed.clone(), |item| black_box(open(item)), BATCH);
    });
    group.bench_function("by_hand", |b| {
        let open = |item| open_by_hand(&cipher, item);
        assert_eq!(open(sealed_by_hand.clone()).secrets[4].len(), 1024);
        b.iter_batched(|| sealed_by_hand.clone(), |item| black_box(open(item)), BATCH);
    });
    group.finish();

    println!("added bytes, beside the same attributes in the clear:");
    println!("  header attribute `_dc`: {}", "_dc".len() + blob_len(&sealed, "_dc"));
    for (name, len) in ENCRYPTED.iter().zip(LENGTHS) {
        // A CBOR head of 1 to 3 bytes tells the string's length.
        println!("  {len:>4}-byte string: {}", blob_len(&sealed, name) - len);
    }
    println!("  by hand, each field: {}", blob_len(&sealed_by_hand, "a") - LENGTHS[0]);
}

fn blob_len(item: &Item, name: &str) -> usize {
    match item.get(name) {
        Some(AttributeValue::B(blob)) => blob.as_ref().len(),
        _ => panic!("no {name}"),
    }
}

/// Median of a benchmark that has just run, in nanoseconds; `None` in a run that did not measure.
fn median(output: &Path, id: &str) -> Option<f64> {
    let estimates = std::fs::read(output.join(id).join("new/estimates.json")).ok()?;
    let estimates: serde_json::Value = serde_json::from_slice(&estimates).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

fn main() {
    let output = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("criterion");
    let _ = std::fs::remove_dir_all(&output);
    let mut criterion = Criterion::default().output_directory(&output).configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
    println!("\nratios, from the medians of this run:");
    for (of, to) in [
        ("seal/dynacrypt", "seal/by_hand"),
        ("seal/dynacrypt", "seal/cipher_alone"),
        ("open/dynacrypt", "open/by_hand"),
    ] {
        if let (Some(a), Some(b)) = (median(&output, of), median(&output, to)) {
            println!("  {of} : {to} = {:.2}", a / b);
        }
    }
}
