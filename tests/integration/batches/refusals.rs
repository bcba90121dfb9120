//! What a batch refuses, and for whom. It never accepts that something was sent where nothing should
//! be.

use std::collections::BTreeSet;
use std::time::Duration;

use dynacrypt::repository::{Backoff, BatchItem, BatchWrite};
use dynacrypt::testing::{
    CapturedLogs, FaultyKeyProvider, HttpFault, assert_no_plaintext, raw_items,
};
use dynacrypt::{LocalKeyProvider, Principal, Sealer, observe};
use futures_util::stream;

use super::{Note, job, note, notes, puts, recorded, stored_numbers};
use crate::world::{API_KEY, CANARIES, Document, SSN, World, alice, bob, document};

#[tokio::test]
async fn going_on_takes_an_owner_check() {
    let world = World::new::<Note>().await;
    let (http, repository) = recorded::<Note>(&world);
    http.plan("BatchWriteItem", usize::MAX, HttpFault::Unprocessed { processed: 0 });
    let records = notes(0..2);
    let batch = puts(&records).delete(("alice", 9_u32));
    let left = repository.batch_write(&alice(), batch).await.unwrap().into_leftovers();
    http.reset();
    for principal in [bob(), Principal::owner(""), Principal::service("", "x")] {
        http.plan("BatchWriteItem", 3, HttpFault::Unprocessed { processed: 0 });
        let batch = BatchWrite::new().delete(("alice", 9_u32));
        let left = repository.batch_write(&alice(), batch).await.unwrap().into_leftovers();
        http.reset();
        let refused = repository.resume(&principal, left).await;
        assert!(refused.results()[0].as_ref().unwrap_err().is_access_denied());
        assert_eq!(refused.leftovers().len(), 1, "what is refused is not lost");
        assert_eq!(http.requests().len(), 0);
    }
    let refused = repository.resume(&bob(), left).await;
    assert!(refused.results().iter().all(|result| result.as_ref().unwrap_err().is_access_denied()));
    assert_eq!(http.requests().len(), 0);
    repository.resume(&alice(), refused.into_leftovers()).await.into_result().unwrap();
    assert_eq!(stored_numbers(&world).await.len(), 2);
}

#[tokio::test]
async fn what_is_not_the_principals_is_refused_before_anything_happens() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let faults = keys.faults();
    let world = World::with_sealer::<Note>(Sealer::new(keys)).await;
    let (http, repository) = recorded::<Note>(&world);
    let mine = notes(0..2);
    let theirs = Note { user_id: "bob".to_owned(), ..note(1) };
    let mut keys: Vec<(&str, u32)> = (0..200).map(|number| ("alice", number)).collect();
    keys.push(("bob", 1));
    assert!(repository.batch_get(&alice(), keys).await.unwrap_err().is_access_denied());
    for batch in [puts(&mine).put(&theirs), puts(&mine).delete(("bob", 1_u32))] {
        assert!(repository.batch_write(&alice(), batch).await.unwrap_err().is_access_denied());
    }
    for principal in [Principal::owner(""), Principal::service("job", " ")] {
        assert!(
            repository
                .batch_get(&principal, [("alice", 1_u32)])
                .await
                .unwrap_err()
                .is_access_denied()
        );
        assert!(
            repository.batch_write(&principal, puts(&mine)).await.unwrap_err().is_access_denied()
        );
        assert!(
            repository.write_stream(&principal, stream::empty()).err().unwrap().is_access_denied()
        );
    }
    // The same key twice, as numbers and as a put beside a delete.
    let twice = [("alice", 1_u32), ("alice", 2), ("alice", 1)];
    assert!(repository.batch_get(&alice(), twice).await.unwrap_err().is_duplicate_key());
    let batch = puts(&mine).delete(("alice", 1_u32));
    assert!(repository.batch_write(&alice(), batch).await.unwrap_err().is_duplicate_key());
    assert_eq!((http.requests().len(), faults.generate_calls()), (0, 0));
}

#[tokio::test]
async fn owners_outside_the_key_are_for_services() {
    let world = World::new::<Document>().await;
    let (http, documents) = recorded::<Document>(&world);
    let (mine, theirs) = (document(1, "alice"), document(2, "bob"));
    for batch in [BatchWrite::new().put(&mine), BatchWrite::new().delete(("inbox", 1_u32))] {
        let error = documents.batch_write(&alice(), batch).await.unwrap_err();
        assert!(error.is_invalid_record() && error.to_string().contains("owner_id"), "{error}");
    }
    let alice_may_not = alice();
    let items = stream::iter([BatchItem::put(&mine)]);
    assert!(documents.write_stream(&alice_may_not, items).err().unwrap().is_invalid_record());
    assert_eq!(http.requests().len(), 0);

    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let batch = BatchWrite::new().put(&mine).put(&theirs);
    documents.batch_write(&job(), batch).await.unwrap().into_result().unwrap();
    drop(guard);
    let text = logs.text();
    let audit: Vec<&str> = text.lines().filter(|line| line.contains(observe::AUDIT)).collect();
    assert_eq!(audit.len(), 1, "{audit:#?}");
    for part in ["import", "ticket 12", "batch_write", "documents", "items=2"] {
        assert!(audit[0].contains(part), "{part} in {}", audit[0]);
    }
    logs.assert_absent([SSN, API_KEY, "inbox"]);

    // Alice sees hers; Bob's looks like what is not there.
    let keys = [("inbox", 1_u32), ("inbox", 2), ("inbox", 3)];
    let found = documents.batch_get(&alice(), keys).await.unwrap();
    let there: Vec<bool> = found.into_iter().map(|found| found.unwrap().is_some()).collect();
    assert_eq!(there, [true, false, false]);
    let found = documents.batch_get(&job(), keys).await.unwrap();
    let there: Vec<bool> = found.into_iter().map(|found| found.unwrap().is_some()).collect();
    assert_eq!(there, [true, true, false]);
    assert_no_plaintext!(world.backend.dynamodb(), &world.table, CANARIES);
}

#[tokio::test]
async fn one_that_does_not_open_is_its_own_error() {
    let world = World::new::<Note>().await;
    let (_, repository) = recorded::<Note>(&world);
    let records = notes(0..3);
    repository.batch_write(&alice(), puts(&records)).await.unwrap().into_result().unwrap();
    let items = raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    let item =
        |number: &str| items.iter().find(|item| item["number"].as_n().unwrap() == number).unwrap();
    let mut moved = item("1").clone();
    moved.insert("text".to_owned(), item("0")["text"].clone());
    world.put_raw(moved).await;
    let keys = (0..3).map(|number: u32| ("alice", number));
    let found = repository.batch_get(&alice(), keys).await.unwrap();
    assert!(found[0].as_ref().unwrap().is_some() && found[2].as_ref().unwrap().is_some());
    assert!(found[1].as_ref().unwrap_err().is_decrypt());
}

#[tokio::test]
async fn what_is_too_large_is_not_sent_and_the_rest_is() {
    let world = World::new::<Note>().await;
    let (http, repository) = recorded::<Note>(&world);
    let mut records = notes(0..3);
    records[1].bulk = "x".repeat(400 * 1024);
    let written = repository.batch_write(&alice(), puts(&records)).await.unwrap();
    assert!(written.results()[1].as_ref().unwrap_err().is_item_too_large());
    assert!(written.results()[0].is_ok() && written.results()[2].is_ok());
    assert!(written.leftovers().is_empty());
    assert_eq!(stored_numbers(&world).await, BTreeSet::from([0, 2]));
    assert_eq!(http.requests().len(), 1);
    assert!(!http.requests()[0].body().contains("xxxx"));
}

/// 25 items of 380 KB are 9 MB, but in JSON a control character takes six bytes: 57 MB.
#[tokio::test]
async fn a_request_has_16_mb_at_most() {
    let world = World::new::<Note>().await;
    let (http, repository) = recorded::<Note>(&world);
    let mut records = notes(0..9);
    for record in &mut records {
        record.bulk = "\u{1}".repeat(380 * 1024);
    }
    repository.batch_write(&alice(), puts(&records)).await.unwrap().into_result().unwrap();
    let sizes: Vec<usize> =
        http.requests_of("BatchWriteItem").iter().map(|request| request.body().len()).collect();
    assert!(sizes.len() > 1 && sizes.iter().all(|size| *size <= 16 * 1024 * 1024), "{sizes:?}");
    assert_eq!(stored_numbers(&world).await.len(), 9);
}

/// DynamoDB cuts an answer at 16 MB. That is no throttling: what is left is asked for at once, and
/// no attempt is counted.
#[tokio::test]
async fn an_answer_that_is_cut_for_its_size_is_gone_on_with() {
    let world = World::new::<Note>().await;
    let (http, repository) = recorded::<Note>(&world);
    let repository = repository
        .with_backoff(Backoff::default().with_attempts(1).with_first(Duration::from_hours(1)));
    let mut records = notes(0..45);
    for record in &mut records {
        record.bulk = "x".repeat(390 * 1024);
    }
    repository.batch_write(&alice(), puts(&records)).await.unwrap().into_result().unwrap();
    let keys = (0..45_u32).map(|number| ("alice", number));
    let found = repository.batch_get(&alice(), keys).await.unwrap();
    for (number, found) in (0..).zip(found) {
        assert_eq!(found.unwrap().unwrap().number, number);
    }
    // 17 MB. Not every emulator cuts.
    let requests = http.requests_of("BatchGetItem").len();
    let cuts = world.backend.dynamodb_backend().starts_with("dynoxide");
    assert!(requests == 2 || (requests == 1 && !cuts), "{requests} requests");
}
