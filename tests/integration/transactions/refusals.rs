//! What a transaction refuses before anything is sealed or sent. It never accepts half of one.

use dynacrypt::repository::{ReadTransaction, When};
use dynacrypt::testing::{self, CapturedLogs, FaultyHttp, FaultyKeyProvider};
use dynacrypt::{
    DynamoRepository, LocalKeyProvider, Principal, Record, Repository, Sealer, Transaction, observe,
};

use super::Tables;
use crate::world::{Document, World, alice, bob, document, profile};

#[tokio::test]
async fn what_is_not_the_principals_is_denied_before_anything_happens() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let counted = keys.faults();
    let world = World::with_sealer::<Document>(Sealer::new(keys)).await;
    let http = FaultyHttp::new();
    let config = world.backend.dynamodb_config().http_client(http.clone()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let profiles = DynamoRepository::new(client.clone(), world.sealer.clone());
    let documents = DynamoRepository::new(client, world.sealer.clone());
    let (mine, theirs, not_mine) = (profile("alice"), profile("bob"), document(1, "bob"));
    let caller = alice();
    let good = || Transaction::new(&caller).put(&profiles, &mine);
    for transaction in [
        good().put(&profiles, &theirs),
        good().create(&documents, &not_mine),
        good().delete(&profiles, "bob"),
        good().check(&profiles, "bob", When::new()),
        good().check_absent(&profiles, "bob"),
    ] {
        assert!(transaction.commit().await.unwrap_err().is_access_denied());
    }
    let nobody = [Principal::owner(""), Principal::service("", "x"), Principal::service("x", "")];
    for principal in &nobody {
        let transaction = Transaction::new(principal).put(&profiles, &mine);
        assert!(transaction.commit().await.unwrap_err().is_access_denied());
        let mut read = ReadTransaction::new(principal);
        let _ = read.get(&profiles, "alice");
        assert!(read.fetch().await.unwrap_err().is_access_denied());
    }
    let mut read = ReadTransaction::new(&caller);
    let _ = (read.get(&profiles, "alice"), read.get(&profiles, "bob"));
    assert!(read.fetch().await.unwrap_err().is_access_denied());
    assert_eq!(http.requests().len(), 0, "nothing was sent");
    assert_eq!(counted.generate_calls() + counted.unwrap_calls(), 0, "no key was asked for");
}

#[tokio::test]
async fn what_dynamodb_would_refuse_is_not_sent() {
    let tables = Tables::new().await;
    let Tables { profiles, documents, .. } = &tables;
    let caller = alice();
    let records: Vec<Document> = (0..101).map(|number| document(number, "alice")).collect();
    let all = |count: usize| {
        records[..count].iter().fold(Transaction::new(&caller), |transaction, record| {
            transaction.create(documents, record)
        })
    };
    assert!(all(101).commit().await.unwrap_err().is_invalid_request());
    let twice = all(3).delete(documents, ("inbox", 1_u32));
    assert!(twice.commit().await.unwrap_err().is_duplicate_key());
    for token in ["", &"x".repeat(37)] {
        assert!(all(1).with_token(token).commit().await.unwrap_err().is_invalid_request());
    }
    let mut large: Vec<Document> = (0..12).map(|number| document(number, "alice")).collect();
    for record in &mut large {
        record.title = Some("x".repeat(390 * 1024));
    }
    let transaction = large
        .iter()
        .fold(Transaction::new(&caller), |transaction, record| transaction.put(documents, record));
    assert!(transaction.commit().await.unwrap_err().is_invalid_request(), "over 4 MB");
    large[0].title = Some("x".repeat(400 * 1024));
    let transaction = Transaction::new(&caller).put(documents, &large[0]);
    assert!(transaction.commit().await.unwrap_err().is_item_too_large());

    let config = tables.world.backend.dynamodb_config();
    let config = config.region(aws_sdk_dynamodb::config::Region::new("eu-central-1"));
    let elsewhere = DynamoRepository::new(
        aws_sdk_dynamodb::Client::from_conf(config.build()),
        tables.world.sealer.clone(),
    );
    let record = profile("alice");
    let transaction = all(1).put(&elsewhere, &record);
    assert!(transaction.commit().await.unwrap_err().is_invalid_request());

    let mut read = ReadTransaction::new(&caller);
    let _ = (read.get(profiles, "alice"), read.get(&elsewhere, "alice"));
    assert!(read.fetch().await.unwrap_err().is_invalid_request());
    let mut read = ReadTransaction::new(&caller);
    let _ = (read.get(documents, ("inbox", 1_u32)), read.get(documents, ("inbox", 1_u32)));
    assert!(read.fetch().await.unwrap_err().is_duplicate_key());
    let mut read = ReadTransaction::new(&caller);
    for number in 0..101_u32 {
        let _ = read.get(documents, ("inbox", number));
    }
    assert!(read.fetch().await.unwrap_err().is_invalid_request());
    assert_eq!(tables.http.requests().len(), 0, "nothing was sent");

    Transaction::new(&caller).commit().await.unwrap();
    assert_eq!(tables.http.requests().len(), 0, "nothing to do is nothing to send");
    all(100).commit().await.unwrap();
    assert_eq!(tables.raw().await.1.len(), 100);

    // The same key in another table is another item.
    let other = testing::unique_table_name("documents");
    testing::create_table::<Document>(tables.world.backend.dynamodb(), &other).await.unwrap();
    let others = documents.clone().with_table_name(&other);
    let both = Transaction::new(&caller).put(documents, &records[0]).put(&others, &records[0]);
    both.commit().await.unwrap();
    assert!(others.get(&caller, ("inbox", 0_u32)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_plain_http_endpoint_needs_every_repositorys_leave() {
    let tables = Tables::new().await;
    let config = tables.world.backend.dynamodb_config().endpoint_url("http://192.0.2.1:8000");
    let http = FaultyHttp::canned();
    let client = aws_sdk_dynamodb::Client::from_conf(config.http_client(http.clone()).build());
    let profiles = DynamoRepository::new(client.clone(), tables.world.sealer.clone());
    let documents = DynamoRepository::new(client, tables.world.sealer.clone());
    let allowing = profiles.clone().danger_allow_plain_http();
    let (caller, record, other) = (alice(), profile("alice"), document(1, "alice"));
    let transaction = Transaction::new(&caller).put(&allowing, &record).put(&documents, &other);
    assert!(transaction.commit().await.unwrap_err().is_insecure_endpoint());
    let mut read = ReadTransaction::new(&caller);
    let _ = read.get(&profiles, "alice");
    assert!(read.fetch().await.unwrap_err().is_insecure_endpoint());
    assert_eq!(http.requests().len(), 0);
}

#[tokio::test]
async fn expressions_are_made_of_placeholders_and_services_are_audited() {
    let tables = Tables::new().await;
    let Tables { profiles, documents, .. } = &tables;
    documents.put(&bob(), &document(7, "bob")).await.unwrap();
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let job = Principal::service("migrate", "ticket 9");
    let record = profile("alice");
    Transaction::new(&job)
        .put(profiles, &record)
        .check(documents, ("inbox", 7_u32), Document::columns().owner_id.eq("bob"))
        .commit()
        .await
        .unwrap();
    drop(guard);
    let text = logs.text();
    let audit: Vec<&str> = text.lines().filter(|line| line.contains(observe::AUDIT)).collect();
    assert_eq!(audit.len(), 2, "{audit:#?}");
    for (line, [operation, table]) in
        audit.iter().zip([["transact_put", "profiles"], ["transact_check", "documents"]])
    {
        for part in ["migrate", "ticket 9", operation, table] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
    let sent = tables.sent();
    let check = &sent[0]["TransactItems"][1]["ConditionCheck"];
    let condition = check["ConditionExpression"].as_str().unwrap();
    assert!(!condition.contains("owner") && !condition.contains("bob"), "{condition}");
}
