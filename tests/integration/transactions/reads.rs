//! Reads of a transaction: typed, in one moment, and never another's item.

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::repository::ReadTransaction;
use dynacrypt::testing::{self, HttpFault};
use dynacrypt::{ExposeSecret, Principal, Repository, Transaction};

use super::Tables;
use crate::world::{Document, Profile, SSN, alice, bob, document, profile};

#[tokio::test]
async fn items_of_several_types_come_back_typed() {
    let tables = Tables::new().await;
    let Tables { profiles, documents, .. } = &tables;
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    documents.put(&alice(), &document(1, "alice")).await.unwrap();
    documents.put(&bob(), &document(2, "bob")).await.unwrap();

    let caller = alice();
    let mut read = ReadTransaction::new(&caller);
    let slots = (
        read.get(documents, ("inbox", 1_u32)),
        read.get(profiles, "alice"),
        read.get(documents, ("inbox", 2_u32)),
        read.get(documents, ("inbox", 3_u32)),
    );
    let shown = format!("{read:?} {slots:?}");
    assert!(!shown.contains("inbox") && !shown.contains("alice"), "{shown}");
    let mut snapshot = read.fetch().await.unwrap();
    assert!(!format!("{snapshot:?}").contains("CANARY"));
    // In any order.
    let found: Profile = snapshot.take(slots.1).unwrap().unwrap();
    assert_eq!(found.ssn.expose_secret(), SSN);
    let found: Document = snapshot.take(slots.0).unwrap().unwrap();
    assert_eq!((found.number, found.body.expose_secret().as_str()), (1, SSN));
    assert!(snapshot.take(slots.2).unwrap().is_none(), "another owner's is as absent");
    assert!(snapshot.take(slots.3).unwrap().is_none());

    let job = Principal::service("report", "ticket 3");
    let mut read = ReadTransaction::new(&job);
    let slot = read.get(documents, ("inbox", 2_u32));
    assert!(read.fetch().await.unwrap().take(slot).unwrap().is_some());
    // Nothing asked for is nothing sent.
    tables.http.reset();
    let none = ReadTransaction::new(&caller).fetch().await.unwrap();
    assert!(format!("{none:?}").contains("records: 0"));
    assert_eq!(tables.http.requests().len(), 0);
}

#[tokio::test]
async fn a_slot_is_of_its_transaction() {
    let tables = Tables::new().await;
    let profiles = &tables.profiles;
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    let caller = alice();
    let (mut one, mut two) = (ReadTransaction::new(&caller), ReadTransaction::new(&caller));
    let (first, second) = (one.get(profiles, "alice"), two.get(profiles, "alice"));
    let (mut one, mut two) = (one.fetch().await.unwrap(), two.fetch().await.unwrap());
    assert!(one.take(second).unwrap_err().is_invalid_request());
    assert!(two.take(first).unwrap_err().is_invalid_request());
}

#[tokio::test]
async fn one_that_does_not_open_is_its_own_error() {
    let tables = Tables::new().await;
    let Tables { profiles, documents, .. } = &tables;
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    documents.put(&alice(), &document(1, "alice")).await.unwrap();
    let mut item = tables.raw().await.0.remove(0);
    item.insert("role".to_owned(), AttributeValue::S("admin".to_owned()));
    testing::put_raw(tables.world.backend.dynamodb(), &tables.world.table, item).await.unwrap();
    let caller = alice();
    let mut read = ReadTransaction::new(&caller);
    let slots = (read.get(profiles, "alice"), read.get(documents, ("inbox", 1_u32)));
    let mut snapshot = read.fetch().await.unwrap();
    assert!(snapshot.take(slots.0).unwrap_err().is_decrypt());
    assert!(snapshot.take(slots.1).unwrap().is_some());
}

/// An item that the answer gives in another's place is refused: what is opened is what was asked for.
#[tokio::test]
async fn an_answer_in_another_order_does_not_open() {
    let tables = Tables::new().await;
    let documents = &tables.documents;
    for number in [1, 2] {
        documents.put(&alice(), &document(number, "alice")).await.unwrap();
    }
    let items = tables.raw().await.1;
    let json = |item: &testing::attack::Item| -> serde_json::Value {
        item.iter()
            .map(|(name, value)| {
                let value = match value {
                    AttributeValue::S(text) => serde_json::json!({"S": text}),
                    AttributeValue::N(number) => serde_json::json!({"N": number}),
                    AttributeValue::B(blob) => {
                        let text = aws_smithy_types::base64::encode(blob.as_ref());
                        serde_json::json!({"B": text})
                    }
                    _ => panic!("another type"),
                };
                (name.clone(), value)
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let body =
        serde_json::json!({"Responses": [{"Item": json(&items[1])}, {"Item": json(&items[0])}]});
    let caller = alice();
    let read = |swapped: bool| {
        let number = |at: usize| items[at]["number"].as_n().unwrap().parse::<u32>().unwrap();
        let mut read = ReadTransaction::new(&caller);
        let (first, second) = if swapped { (1, 0) } else { (0, 1) };
        let slots = (
            read.get(documents, ("inbox", number(first))),
            read.get(documents, ("inbox", number(second))),
        );
        (read, slots)
    };
    for (swapped, opens) in [(true, true), (false, false)] {
        let reply = HttpFault::Reply { status: 200, body: body.to_string() };
        tables.http.plan("TransactGetItems", 1, reply);
        let (read, slots) = read(swapped);
        let mut snapshot = read.fetch().await.unwrap();
        assert_eq!(snapshot.take(slots.0).is_ok(), opens);
        assert_eq!(snapshot.take(slots.1).is_ok(), opens);
    }
    // Fewer answers than questions are none.
    let reply = HttpFault::Reply { status: 200, body: r#"{"Responses":[]}"#.to_owned() };
    tables.http.plan("TransactGetItems", 1, reply);
    let _ = read(true).0.fetch().await.unwrap_err();
    let body = r#"{"__type":"TransactionCanceledException","CancellationReasons":[{"Code":"None"},{"Code":"TransactionConflict"}]}"#;
    tables.http.plan(
        "TransactGetItems",
        1,
        HttpFault::Reply { status: 400, body: body.to_owned() },
    );
    let error = read(true).0.fetch().await.unwrap_err();
    assert!(error.is_transaction_canceled() && error.is_transaction_conflict());
    assert!(error.is_retryable() && error.cancellation_reasons()[0].is_none());
}

#[tokio::test]
async fn futures_are_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let tables = Tables::new().await;
    let (caller, record) = (alice(), profile("alice"));
    let sealed = is_send(Transaction::new(&caller).put(&tables.profiles, &record).seal());
    let sealed = sealed.await.unwrap();
    is_send(sealed.commit()).await.unwrap();
    let mut read = ReadTransaction::new(&caller);
    let slot = read.get(&tables.profiles, "alice");
    assert!(is_send(read.fetch()).await.unwrap().take(slot).unwrap().is_some());
}
