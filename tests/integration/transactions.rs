//! Transactions: all or nothing, across record types, tables and sealers; typed reasons; and nothing
//! said of what is not the principal's. It never looks at what the mapper says where it can look at
//! the table.

mod reads;
mod refusals;
mod updates;
mod writes;

use std::error::Error as _;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use dynacrypt::repository::When;
use dynacrypt::testing::attack::Item;
use dynacrypt::testing::{
    self, CapturedLogs, FaultyHttp, HttpFault, assert_no_plaintext, raw_items,
};
use dynacrypt::{
    DynamoRepository, Error, ErrorKind, ExposeSecret, LocalKeyProvider, Record, Repository, Sealer,
    Secret, Transaction,
};
use serde_json::Value;

use crate::world::{CANARIES, Document, Profile, SSN, World, alice, bob, document, profile};

/// Two tables of one database, each with a sealer of its own.
struct Tables {
    world: World,
    http: FaultyHttp,
    documents_table: String,
    profiles: DynamoRepository<Profile>,
    documents: DynamoRepository<Document>,
}

impl Tables {
    async fn new() -> Self {
        Self::with_retries(RetryConfig::disabled()).await
    }

    async fn with_retries(retries: RetryConfig) -> Self {
        let world = World::new::<Profile>().await;
        let documents_table = testing::unique_table_name("documents");
        let made = testing::create_table::<Document>(world.backend.dynamodb(), &documents_table);
        made.await.unwrap();
        let http = FaultyHttp::new();
        let config =
            world.backend.dynamodb_config().http_client(http.clone()).retry_config(retries);
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        let other_sealer = Sealer::new(LocalKeyProvider::generate().unwrap()).for_tenant("t-1");
        let profiles = DynamoRepository::new(client.clone(), world.sealer.clone())
            .with_table_name(&world.table);
        let documents =
            DynamoRepository::new(client, other_sealer).with_table_name(&documents_table);
        Self { world, http, documents_table, profiles, documents }
    }

    /// What is in both tables.
    async fn raw(&self) -> (Vec<Item>, Vec<Item>) {
        let client = self.world.backend.dynamodb();
        let profiles = raw_items(client, &self.world.table).await.unwrap();
        (profiles, raw_items(client, &self.documents_table).await.unwrap())
    }

    fn sent(&self) -> Vec<Value> {
        let requests = self.http.requests_of("TransactWriteItems");
        requests.iter().map(|request| serde_json::from_str(request.body()).unwrap()).collect()
    }
}

fn kinds(error: &Error) -> Vec<Option<ErrorKind>> {
    error.cancellation_reasons().iter().map(|reason| reason.as_ref().map(Error::kind)).collect()
}

#[tokio::test]
async fn all_of_it_happens_across_types_tables_and_sealers() {
    let tables = Tables::new().await;
    let Tables { profiles, documents, .. } = &tables;
    documents.put(&alice(), &document(2, "alice")).await.unwrap();
    documents.put(&alice(), &document(3, "alice")).await.unwrap();
    let (caller, record, new, mut changed) =
        (alice(), profile("alice"), document(1, "alice"), document(3, "alice"));
    changed.body = Secret::from("CANARY-changed");
    let logs = CapturedLogs::new();
    let transaction = Transaction::new(&caller)
        .put(profiles, &record)
        .create(documents, &new)
        .delete(documents, ("inbox", 2_u32))
        .replace(documents, &changed)
        .check_absent(documents, ("inbox", 4_u32));
    let shown = format!("{transaction:?}");
    logs.follow(transaction.commit()).await.unwrap();
    assert_eq!(tables.http.requests().len(), 5 - 2, "one request, after the two puts");

    let read = profiles.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!(read.ssn.expose_secret(), SSN);
    assert!(documents.get(&alice(), ("inbox", 1_u32)).await.unwrap().is_some());
    assert!(documents.get(&alice(), ("inbox", 2_u32)).await.unwrap().is_none());
    let read = documents.get(&alice(), ("inbox", 3_u32)).await.unwrap().unwrap();
    assert_eq!(read.body.expose_secret(), "CANARY-changed");

    let client = tables.world.backend.dynamodb();
    assert_no_plaintext!(client, &tables.world.table, CANARIES);
    assert_no_plaintext!(client, &tables.documents_table, [SSN, "CANARY-changed"]);
    assert!(!shown.contains("CANARY") && !shown.contains("inbox"), "{shown}");
    assert!(!logs.text().contains("CANARY") && !logs.text().contains("inbox"));
}

#[tokio::test]
async fn one_action_that_fails_leaves_everything_as_it_was() {
    let tables = Tables::new().await;
    let Tables { profiles, documents, .. } = &tables;
    documents.put(&alice(), &document(1, "alice")).await.unwrap();
    let before = tables.raw().await;
    let (caller, record) = (alice(), profile("alice"));
    let new = document(2, "alice");
    let columns = Document::columns();
    let error = Transaction::new(&caller)
        .put(profiles, &record)
        .create(documents, &new)
        .check(documents, ("inbox", 1_u32), columns.title.eq("another"))
        .commit()
        .await
        .unwrap_err();
    assert!(error.is_transaction_canceled() && !error.is_retryable());
    assert_eq!(kinds(&error), [None, None, Some(ErrorKind::ConditionFailed)]);
    assert_eq!(tables.raw().await, before);

    // The same with a condition that holds.
    Transaction::new(&caller)
        .put(profiles, &record)
        .create(documents, &new)
        .check(documents, ("inbox", 1_u32), columns.title.not_exists())
        .commit()
        .await
        .unwrap();
    let (profiles, documents) = tables.raw().await;
    assert_eq!((profiles.len(), documents.len()), (1, 2));
}

/// An action on another owner's item, and one on nothing, cancel with the same words.
#[tokio::test]
async fn not_owned_and_absent_look_alike() {
    let tables = Tables::new().await;
    let documents = &tables.documents;
    documents.put(&bob(), &document(1, "bob")).await.unwrap();
    let before = tables.raw().await;
    let caller = alice();
    let columns = Document::columns();
    let mut words = Vec::new();
    for number in [1_u32, 2] {
        let key = ("inbox", number);
        let record = document(number, "alice");
        let when = || When::new().condition(columns.title.not_exists()).return_existing();
        let no = || Transaction::new(&caller);
        let mut said = Vec::new();
        for (transaction, kind) in [
            (no().replace(documents, &record), ErrorKind::NotFound),
            (no().replace_when(documents, &record, when()), ErrorKind::NotFound),
            (no().delete(documents, key), ErrorKind::NotFound),
            (no().delete_when(documents, key, when()), ErrorKind::NotFound),
            (no().check(documents, key, When::new()), ErrorKind::NotFound),
            (no().check(documents, key, when()), ErrorKind::NotFound),
            // On nothing, the condition fails; on Bob's, the owner's. The answer is one.
            (no().put_when(documents, &record, columns.title.exists()), ErrorKind::ConditionFailed),
        ] {
            let error = transaction.commit().await.unwrap_err();
            let reason = error.cancellation_reasons()[0].clone().unwrap();
            assert_eq!(reason.kind(), kind);
            assert!(reason.existing::<Document>().is_none());
            said.push(format!("{error} {reason} {reason:?} {}", reason.is_retryable()));
        }
        words.push(said);
    }
    assert_eq!(words[0], words[1]);
    assert_eq!(tables.raw().await, before);
    // A key that is taken cannot be had; by whom it is taken is not said.
    let record = document(1, "alice");
    let taken = Transaction::new(&caller).put(documents, &record).commit().await.unwrap_err();
    assert_eq!(kinds(&taken), [Some(ErrorKind::Conflict)]);
    let taken = Transaction::new(&caller).create(documents, &record).commit().await.unwrap_err();
    assert_eq!(kinds(&taken), [Some(ErrorKind::Conflict)]);
    let taken = Transaction::new(&caller).check_absent(documents, ("inbox", 1_u32));
    assert_eq!(kinds(&taken.commit().await.unwrap_err()), [Some(ErrorKind::Conflict)]);
}

#[tokio::test]
async fn the_callers_own_item_comes_with_the_reason_on_request() {
    let tables = Tables::new().await;
    let Tables { profiles, documents, .. } = &tables;
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    documents.put(&alice(), &document(1, "alice")).await.unwrap();
    let (caller, record, old) = (alice(), profile("alice"), document(1, "alice"));
    let name = Profile::columns().display_name;
    let refused = Transaction::new(&caller)
        .put_when(profiles, &record, When::new().condition(name.eq("x")).return_existing())
        .create_when(documents, &old, When::new().return_existing())
        .commit();
    let error = refused.await.unwrap_err();
    assert_eq!(kinds(&error), [Some(ErrorKind::ConditionFailed), Some(ErrorKind::Conflict)]);
    let reasons: Vec<&Error> = error.cancellation_reasons().iter().flatten().collect();
    let found: &Profile = reasons[0].existing().unwrap();
    assert_eq!(found.ssn.expose_secret(), SSN);
    assert!(reasons[0].existing::<Document>().is_none(), "it is a profile");
    assert_eq!(reasons[1].existing::<Document>().unwrap().body.expose_secret(), SSN);
    let shown = format!("{error} {error:?} {:?} {}", error.source(), error.source().unwrap());
    assert!(!shown.contains("CANARY") && !shown.contains("inbox"), "{shown}");

    // Not asked for; and one that does not open: the reason comes without it.
    let refused = Transaction::new(&caller).put_when(profiles, &record, name.eq("x")).commit();
    let error = refused.await.unwrap_err();
    assert!(error.cancellation_reasons()[0].as_ref().unwrap().existing::<Profile>().is_none());
    let mut item = tables.raw().await.0.remove(0);
    item.insert("role".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S("admin".to_owned()));
    testing::put_raw(tables.world.backend.dynamodb(), &tables.world.table, item).await.unwrap();
    let when = When::new().condition(name.eq("x")).return_existing();
    let error = Transaction::new(&caller).put_when(profiles, &record, when).commit().await;
    let error = error.unwrap_err();
    assert_eq!(kinds(&error), [Some(ErrorKind::ConditionFailed)]);
    assert!(error.cancellation_reasons()[0].as_ref().unwrap().existing::<Profile>().is_none());
}

#[tokio::test]
async fn of_two_that_read_the_same_one_is_done() {
    let tables = Tables::new().await;
    let Tables { profiles, documents, .. } = &tables;
    documents.put(&alice(), &document(1, "alice")).await.unwrap();
    let caller = alice();
    let title = Document::columns().title;
    let mut changed = document(1, "alice");
    changed.title = Some("taken".to_owned());
    let record = profile("alice");
    let seal = || {
        Transaction::new(&caller)
            .replace_when(documents, &changed, title.not_exists())
            .put(profiles, &record)
            .seal()
    };
    let (first, second) = (seal().await.unwrap(), seal().await.unwrap());
    assert_ne!(first.token(), second.token());
    first.commit().await.unwrap();
    let after_first = tables.raw().await;
    let error = second.commit().await.unwrap_err();
    assert_eq!(kinds(&error), [Some(ErrorKind::ConditionFailed), None]);
    assert_eq!(tables.raw().await, after_first);
    // The first again is done already.
    first.commit().await.unwrap();
    assert_eq!(tables.raw().await, after_first);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_by_token_with_the_same_bytes() {
    let tables = Tables::with_retries(RetryConfig::standard()).await;
    let documents = &tables.documents;
    let (caller, record) = (alice(), document(1, "alice"));
    tables.http.plan("TransactWriteItems", 1, HttpFault::AnswerLost);
    // Were it done twice, the second would find the key taken.
    Transaction::new(&caller).create(documents, &record).commit().await.unwrap();
    let sent = tables.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], sent[1]);
    assert_eq!(sent[0]["ClientRequestToken"].as_str().unwrap().len(), 32);
    assert_eq!(tables.raw().await.1.len(), 1);
}

#[tokio::test]
async fn what_may_have_been_done_is_committed_again() {
    let tables = Tables::new().await;
    let documents = &tables.documents;
    let (caller, record) = (alice(), document(1, "alice"));
    let transaction = Transaction::new(&caller).create(documents, &record).with_token("order-4711");
    let sealed = transaction.seal().await.unwrap();
    assert_eq!(sealed.token(), "order-4711");
    assert!(!format!("{sealed:?}").contains("4711"));
    for fault in [HttpFault::AnswerLost, HttpFault::Reset] {
        tables.http.plan("TransactWriteItems", 1, fault);
        let error = sealed.commit().await.unwrap_err();
        assert!(error.is_unavailable() && error.is_retryable());
    }
    sealed.commit().await.unwrap();
    assert_eq!(tables.sent().len(), 3);
    // Sealed anew, it is other bytes: the token says that it was used.
    let other = Transaction::new(&caller).create(documents, &record).with_token("order-4711");
    let error = other.commit().await.unwrap_err();
    assert!(error.is_token_reused() && !error.is_retryable(), "{error}");
}

#[tokio::test]
async fn reasons_are_typed() {
    use ErrorKind::{ItemTooLarge, Service, Throttled, TransactionConflict};
    let tables = Tables::new().await;
    let Tables { profiles, documents, .. } = &tables;
    let caller = alice();
    let (record, one, two) = (profile("alice"), document(1, "alice"), document(2, "alice"));
    let commit = || {
        Transaction::new(&caller)
            .put(profiles, &record)
            .put(documents, &one)
            .put(documents, &two)
            .commit()
    };
    let reasons = |codes: [&str; 3]| {
        let reasons: Vec<Value> = codes
            .iter()
            .map(|code| serde_json::json!({"Code": code, "Message": "CANARY of the server"}))
            .collect();
        let body = serde_json::json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "CANARY of the server",
            "CancellationReasons": reasons,
        });
        HttpFault::Reply { status: 400, body: body.to_string() }
    };
    for (codes, expected, retryable) in [
        (
            ["None", "TransactionConflict", "ThrottlingError"],
            [None, Some(TransactionConflict), Some(Throttled)],
            true,
        ),
        (["ProvisionedThroughputExceeded", "None", "None"], [Some(Throttled), None, None], true),
        (
            ["ItemCollectionSizeLimitExceeded", "ValidationError", "SomethingNew"],
            [Some(ItemTooLarge), Some(Service), Some(Service)],
            false,
        ),
    ] {
        tables.http.plan("TransactWriteItems", 1, reasons(codes));
        let error = commit().await.unwrap_err();
        assert_eq!(kinds(&error), expected);
        assert_eq!(error.is_retryable(), retryable);
        assert_eq!(error.is_transaction_conflict(), codes.contains(&"TransactionConflict"));
        for (code, reason) in codes.iter().zip(error.cancellation_reasons()) {
            let said = reason.as_ref().and_then(Error::service_error);
            assert_eq!(said.and_then(|said| said.code()), (*code != "None").then_some(*code));
        }
        let shown = format!("{error} {error:?} {}", error.source().unwrap());
        assert!(!shown.contains("CANARY"), "{shown}");
    }
    // An answer of another length says nothing of these actions.
    let body =
        r#"{"__type":"TransactionCanceledException","CancellationReasons":[{"Code":"None"}]}"#;
    let reply = HttpFault::Reply { status: 400, body: body.to_owned() };
    tables.http.plan("TransactWriteItems", 1, reply);
    let error = commit().await.unwrap_err();
    assert!(error.is_transaction_canceled() && error.cancellation_reasons().is_empty());
    for (fault, kind) in [
        (HttpFault::Throttled, Throttled),
        (HttpFault::ServerError, ErrorKind::Unavailable),
        (refused("TransactionInProgressException"), ErrorKind::Unavailable),
        (refused("ResourceNotFoundException"), ErrorKind::TableNotFound),
        (refused("ValidationException"), Service),
    ] {
        tables.http.plan("TransactWriteItems", 1, fault);
        assert_eq!(commit().await.unwrap_err().kind(), kind);
    }
}

fn refused(code: &str) -> HttpFault {
    HttpFault::Refused { status: 400, code: code.to_owned() }
}
