//! Data keys of a batch: each is asked for once, whatever the cache, the order and the answer. It
//! never counts calls of sealing.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::Value;

use super::*;
use crate::error::ErrorKind;
use crate::keys::CacheLimits;
use crate::testing::{FaultyKeyProvider, KeyFault, KeyFaults};

/// A provider that counts, and a reader whose cache keeps nothing.
fn counted() -> (Sealer, ChangeReader, KeyFaults) {
    let mut key = [9; 32];
    let writer = Sealer::new(LocalKeyProvider::from_bytes(&mut key.clone()).unwrap());
    let provider = FaultyKeyProvider::new(LocalKeyProvider::from_bytes(&mut key).unwrap());
    let faults = provider.faults();
    let limits = CacheLimits::default().max_age(Duration::ZERO);
    let reader = ChangeReader::new(Sealer::with_cache_limits(provider, limits).read_only(), TABLE);
    (writer, reader, faults)
}

async fn modifications(writers: &[&Sealer], count: u32) -> Vec<Value> {
    let mut records = Vec::new();
    for number in 0..count {
        let user_id = format!("user-{number}");
        let old = sealed(writers[0], &user_id, "member").await;
        let new = sealed(writers[writers.len() - 1], &user_id, "admin").await;
        records.push(record(number, "MODIFY", Some(&old), Some(&new)));
    }
    records
}

#[tokio::test]
async fn a_data_key_is_unwrapped_once_in_a_batch() {
    let (writer, reader, faults) = counted();
    let records = modifications(&[&writer], 50).await;
    // Each call takes a while, so that records wait for it side by side.
    faults.delay(Duration::from_millis(5));
    let batch = reader.batch(&service(), event(records.clone()).records).unwrap();
    let opened = batch.open_all::<Profile>().await;
    assert_eq!((opened.len(), batch.len()), (50, 50));
    for (number, change) in opened.into_iter().map(Result::unwrap).enumerate() {
        let image = change.new_image().unwrap();
        assert_eq!(image.user_id, format!("user-{number}"), "out of order");
    }
    assert_eq!(faults.unwrap_calls(), 1, "100 images");

    // One after the other, and for another type.
    for sealed in batch.iter() {
        assert!(sealed.open::<Profile>().await.is_ok());
    }
    assert_eq!(faults.unwrap_calls(), 1, "the same batch");
    let next = reader.batch(&service(), event(records).records).unwrap();
    assert!(next.open_all::<Profile>().await.iter().all(Result::is_ok));
    assert_eq!(faults.unwrap_calls(), 2, "the next batch, without a cache");
}

#[tokio::test]
async fn old_and_new_images_have_data_keys_of_their_own() {
    let (one, reader, faults) = counted();
    let other = Sealer::new(LocalKeyProvider::from_bytes(&mut [9; 32]).unwrap());
    let records = modifications(&[&one, &other], 20).await;
    let batch = reader.batch(&service(), event(records).records).unwrap();
    let all = join_all((0..3).map(|_| batch.open_all::<Profile>())).await;
    assert!(all.iter().flatten().all(Result::is_ok));
    assert_eq!(faults.unwrap_calls(), 2);
}

#[tokio::test]
async fn a_refused_data_key_is_refused_once() {
    let (writer, reader, faults) = counted();
    let records = modifications(&[&writer], 30).await;
    faults.on_unwrap(1, KeyFault::Fail(ErrorKind::Throttled));
    let batch = reader.batch(&service(), event(records.clone()).records).unwrap();
    let opened = batch.open_all::<Profile>().await;
    assert!(opened.iter().all(|outcome| outcome.as_ref().is_err_and(ChangeFailure::is_retryable)));
    assert_eq!((opened.len(), faults.unwrap_calls()), (30, 1));

    let again = reader.batch(&service(), event(records).records).unwrap();
    assert!(again.open_all::<Profile>().await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn one_data_key_that_is_refused_leaves_the_others() {
    let (one, reader, faults) = counted();
    let other = Sealer::new(LocalKeyProvider::from_bytes(&mut [8; 32]).unwrap());
    let mut records = modifications(&[&one], 3).await;
    records.insert(1, modifications(&[&other], 1).await.remove(0));
    let batch = reader.batch(&service(), event(records).records).unwrap();
    let opened = batch.open_all::<Profile>().await;
    let outcomes: Vec<_> =
        opened.iter().map(|o| o.as_ref().err().map(|f| f.error().kind())).collect();
    assert_eq!(outcomes, [None, Some(ErrorKind::Decrypt), None, None]);
    assert_eq!(faults.unwrap_calls(), 2);
}

#[tokio::test]
async fn a_dropped_call_leaves_the_batch_usable() {
    let (writer, reader, faults) = counted();
    let records = modifications(&[&writer], 5).await;
    let batch = reader.batch(&service(), event(records).records).unwrap();
    faults.delay(Duration::from_millis(20));
    assert!(batch.open_all::<Profile>().now_or_never().is_none());
    assert!(batch.open_all::<Profile>().await.iter().all(Result::is_ok));
    assert_eq!(faults.unwrap_calls(), 1);
}

#[tokio::test]
async fn a_batch_opens_on_another_thread() {
    let (writer, reader, _) = counted();
    let records = modifications(&[&writer], 2).await;
    let batch = reader.batch(&service(), event(records).records).unwrap();
    let opened = tokio::spawn(async move { batch.open_all::<Profile>().await.len() });
    assert_eq!(opened.await.unwrap(), 2);
}
