//! Updates, versions and times in transactions: as in single writes. It never trusts the mapper on
//! what it stamped: it reads it back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dynacrypt::expr::Update;
use dynacrypt::repository::{BatchWrite, ReadTransaction, When};
use dynacrypt::testing::{FaultyKeyProvider, assert_no_plaintext, raw_items};
use dynacrypt::{
    DynamoRepository, ErrorKind, ExposeSecret, LocalKeyProvider, Principal, Record, Repository,
    Sealer, Secret, Transaction,
};

use super::{Tables, kinds};
use crate::world::{CANARIES, Document, Profile, SSN, World, alice, bob, document, profile};

const NEW: &str = "CANARY-new-ssn-219-09-9999";

#[derive(Debug, Record)]
#[dynacrypt(table = "carts")]
struct Cart {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    articles: u32,
    #[encrypted]
    card: Option<Secret<String>>,
    #[dynacrypt(version)]
    version: u64,
    #[dynacrypt(created)]
    created: Option<SystemTime>,
    #[dynacrypt(updated)]
    updated: Option<SystemTime>,
    #[dynacrypt(ttl)]
    expires: Option<SystemTime>,
}

fn cart(user_id: &str) -> Cart {
    Cart {
        user_id: user_id.to_owned(),
        articles: 1,
        card: Some(Secret::from(SSN)),
        version: 0,
        created: None,
        updated: None,
        expires: None,
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[tokio::test]
async fn an_update_changes_its_fields_and_seals_its_secrets_alone() {
    let tables = Tables::new().await;
    let Tables { profiles, documents, .. } = &tables;
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    documents.put(&alice(), &document(1, "alice")).await.unwrap();
    let caller = alice();
    let (columns, paper) = (Profile::columns(), Document::columns());
    let sealed = Transaction::new(&caller)
        .update(
            profiles,
            "alice",
            Update::new()
                .set(columns.display_name, "changed")
                .set(columns.ssn, Secret::from(NEW))
                .remove(columns.api_key),
        )
        .update_when(
            documents,
            ("inbox", 1_u32),
            Update::new().set(paper.body, Secret::from(NEW)),
            paper.title.not_exists(),
        )
        .seal()
        .await
        .unwrap();
    sealed.commit().await.unwrap();
    sealed.commit().await.unwrap();
    let read = profiles.get(&caller, "alice").await.unwrap().unwrap();
    assert_eq!((read.display_name.as_str(), read.ssn.expose_secret().as_str()), ("changed", NEW));
    assert!(read.api_key.is_none() && read.role == "member");
    let read = documents.get(&caller, ("inbox", 1_u32)).await.unwrap().unwrap();
    assert_eq!(read.body.expose_secret(), NEW);
    let client = tables.world.backend.dynamodb();
    assert_no_plaintext!(client, &tables.world.table, [NEW, CANARIES[0], CANARIES[1]]);
    assert_no_plaintext!(client, &tables.documents_table, [NEW]);
    let sent = tables.sent();
    let text = sent[0]["TransactItems"][0]["Update"]["UpdateExpression"].as_str().unwrap();
    assert!(!text.contains("ssn") && !text.contains("changed") && text.contains("#n"), "{text}");
}

/// Bob's item and none at all refuse an update with the same words, and stay as they are.
#[tokio::test]
async fn an_update_never_creates_and_never_touches_anothers() {
    let tables = Tables::new().await;
    let documents = &tables.documents;
    documents.put(&bob(), &document(1, "bob")).await.unwrap();
    let before = tables.raw().await;
    let caller = alice();
    let body = Document::columns().body;
    let update = || Update::new().set(body, Secret::from(NEW));
    let mut said = Vec::new();
    for number in [1_u32, 2] {
        for when in [When::new(), When::new().condition(body.exists()).return_existing()] {
            let key = ("inbox", number);
            let refused = Transaction::new(&caller).update_when(documents, key, update(), when);
            let error = refused.commit().await.unwrap_err();
            assert_eq!(kinds(&error), [Some(ErrorKind::NotFound)]);
            let reason = error.cancellation_reasons()[0].clone().unwrap();
            assert!(reason.existing::<Document>().is_none());
            said.push(format!("{error} {reason:?}"));
        }
    }
    assert!(said.iter().all(|words| *words == said[0]), "{said:?}");
    assert_eq!(tables.raw().await, before);

    // A service does not own it: it learns to whom the secret is to be bound.
    let job = Principal::service("rotate", "ticket 5");
    let transaction = Transaction::new(&job).update(documents, ("inbox", 1_u32), update());
    transaction.commit().await.unwrap();
    let read = documents.get(&bob(), ("inbox", 1_u32)).await.unwrap().unwrap();
    assert_eq!(read.body.expose_secret(), NEW);
    let nothing = Transaction::new(&job).update(documents, ("inbox", 2_u32), update());
    assert!(nothing.commit().await.unwrap_err().is_not_found());
}

/// It is noticed before the action in front of it is sealed.
#[tokio::test]
async fn an_update_that_makes_no_sense_is_refused_before_anything_happens() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let counted = keys.faults();
    let world = World::with_sealer::<Document>(Sealer::new(keys)).await;
    let documents = world.repository::<Document>();
    let (caller, record) = (alice(), document(1, "alice"));
    let (title, body) = (Document::columns().title, Document::columns().body);
    let key = ("inbox", 2_u32);
    for update in [
        Update::new(),
        Update::new().set(title, "a").set(title, "b"),
        Update::new().set(body, Secret::from("a")).set(body, Secret::from("b")),
    ] {
        let transaction = Transaction::new(&caller).put(&documents, &record);
        let error = transaction.update(&documents, key, update).commit().await.unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
    }
    assert_eq!(counted.generate_calls(), 0, "a key was asked for");
    let client = world.backend.dynamodb();
    assert!(raw_items(client, &world.table).await.unwrap().is_empty());
}

#[tokio::test]
async fn versions_are_counted_and_compared() {
    let world = World::new::<Cart>().await;
    let carts = world.repository::<Cart>().with_clock(|| at(1_700_000_000));
    let (caller, record) = (alice(), cart("alice"));
    Transaction::new(&caller).put(&carts, &record).commit().await.unwrap();
    let read = carts.get(&caller, "alice").await.unwrap().unwrap();
    assert_eq!(
        (read.version, read.created, read.updated),
        (1, Some(at(1_700_000_000)), Some(at(1_700_000_000)))
    );

    // Two that read version 1: one is done.
    let (mut one, mut two) = (cart("alice"), cart("alice"));
    (one.version, two.version) = (1, 1);
    (one.articles, two.articles) = (2, 3);
    Transaction::new(&caller).put(&carts, &one).commit().await.unwrap();
    for transaction in [
        Transaction::new(&caller).put_when(&carts, &two, When::new().return_existing()),
        Transaction::new(&caller).replace_when(&carts, &two, When::new().return_existing()),
    ] {
        let error = transaction.commit().await.unwrap_err();
        assert_eq!(kinds(&error), [Some(ErrorKind::VersionConflict)]);
        let existing =
            error.cancellation_reasons()[0].as_ref().unwrap().existing::<Cart>().unwrap();
        assert_eq!((existing.version, existing.articles), (2, 2));
    }
    // An update counts too, and compares where it is told to.
    let articles = Cart::columns().articles;
    let more = || Update::new().add(articles, 1);
    let stale = When::new().expect_version(1);
    let error =
        Transaction::new(&caller).update_when(&carts, "alice", more(), stale).commit().await;
    assert_eq!(kinds(&error.unwrap_err()), [Some(ErrorKind::VersionConflict)]);
    let fresh = When::new().expect_version(2);
    Transaction::new(&caller).update_when(&carts, "alice", more(), fresh).commit().await.unwrap();
    let read = carts.get(&caller, "alice").await.unwrap().unwrap();
    assert_eq!((read.version, read.articles), (3, 3));
    let stale = When::new().expect_version(2);
    for transaction in [
        Transaction::new(&caller).check(&carts, "alice", stale.clone()),
        Transaction::new(&caller).delete_when(&carts, "alice", stale),
    ] {
        let error = transaction.commit().await.unwrap_err();
        assert_eq!(kinds(&error), [Some(ErrorKind::VersionConflict)]);
    }
    let fresh = When::new().expect_version(3);
    Transaction::new(&caller).delete_when(&carts, "alice", fresh).commit().await.unwrap();
    assert!(carts.get(&caller, "alice").await.unwrap().is_none());
}

#[tokio::test]
async fn batches_refuse_versions_and_expired_items_are_hidden_on_request() {
    let world = World::new::<Cart>().await;
    let carts: DynamoRepository<Cart> = world.repository::<Cart>().with_clock(|| at(2_000));
    let (caller, record) = (alice(), cart("alice"));
    let batch = BatchWrite::new().put(&record);
    let error = carts.batch_write(&caller, batch).await.unwrap_err();
    assert!(error.is_invalid_record() && error.attribute() == Some("version"), "{error}");

    let mut expired = cart("alice");
    expired.expires = Some(at(1_999));
    carts.put(&caller, &expired).await.unwrap();
    for (hides, carts) in [(false, carts.clone()), (true, carts.clone().hide_expired())] {
        let found = carts.batch_get(&caller, ["alice"]).await.unwrap().remove(0).unwrap();
        assert_eq!(found.is_none(), hides);
        let mut read = ReadTransaction::new(&caller);
        let slot = read.get(&carts, "alice");
        assert_eq!(read.fetch().await.unwrap().take(slot).unwrap().is_none(), hides);
    }
    // A delete has no version to compare, as outside batches.
    let batch = BatchWrite::new().delete("alice");
    carts.batch_write(&caller, batch).await.unwrap().into_result().unwrap();
    assert!(carts.get(&caller, "alice").await.unwrap().is_none());
}
