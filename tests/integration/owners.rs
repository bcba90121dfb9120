//! One user never reads, changes, deletes or even notices another's item; services do, and leave a
//! trace.

use dynacrypt::testing::{CapturedLogs, FaultyHttp, FaultyKeyProvider};
use dynacrypt::{
    DynamoRepository, LocalKeyProvider, Principal, Record, Repository, Sealer, observe,
};

use crate::world::{Document, Profile, World, alice, bob, document, profile};

/// A client that records what is sent.
fn recorded(world: &World) -> (FaultyHttp, aws_sdk_dynamodb::Client) {
    let http = FaultyHttp::new();
    let config = world.backend.dynamodb_config().http_client(http.clone()).build();
    (http, aws_sdk_dynamodb::Client::from_conf(config))
}

#[tokio::test]
async fn another_owners_key_is_denied_before_anything_happens() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let counted = keys.faults();
    let world = World::with_sealer::<Profile>(Sealer::new(keys)).await;
    let (http, client) = recorded(&world);
    let profiles = DynamoRepository::<Profile>::new(client, world.sealer.clone())
        .with_table_name(&world.table);

    for principal in [
        bob(),
        Principal::owner(""),
        Principal::owner("alice "),
        Principal::service("", "x"),
        Principal::service("job", " "),
    ] {
        assert!(profiles.get(&principal, "alice").await.unwrap_err().is_access_denied());
        assert!(profiles.exists(&principal, "alice").await.unwrap_err().is_access_denied());
        assert!(profiles.delete(&principal, "alice").await.unwrap_err().is_access_denied());
        assert!(profiles.put(&principal, &profile("alice")).await.unwrap_err().is_access_denied());
        assert!(
            profiles.create(&principal, &profile("alice")).await.unwrap_err().is_access_denied()
        );
        assert!(
            profiles.replace(&principal, &profile("alice")).await.unwrap_err().is_access_denied()
        );
    }
    assert_eq!(http.requests().len(), 0, "nothing was sent");
    assert_eq!(counted.generate_calls() + counted.unwrap_calls(), 0, "no key was asked for");
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    assert_eq!((http.requests().len(), counted.generate_calls()), (1, 1));
}

/// A record that names another owner is refused as early: nothing is sealed, and nothing sent.
#[tokio::test]
async fn a_record_of_another_owner_is_denied_before_anything_happens() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let counted = keys.faults();
    let world = World::with_sealer::<Document>(Sealer::new(keys)).await;
    let documents = world.repository::<Document>();
    for (principal, owner) in [(alice(), "bob"), (bob(), "alice"), (alice(), "")] {
        let record = document(1, owner);
        assert!(documents.put(&principal, &record).await.unwrap_err().is_access_denied());
        assert!(documents.create(&principal, &record).await.unwrap_err().is_access_denied());
        assert!(documents.replace(&principal, &record).await.unwrap_err().is_access_denied());
    }
    assert_eq!(counted.generate_calls(), 0, "a key was asked for");
}

/// Where the owner is not part of the key, an item that is another's and one that is not there give
/// the same answers.
#[tokio::test]
async fn not_owned_and_absent_look_alike() {
    let world = World::new::<Document>().await;
    let documents = world.repository::<Document>();
    documents.create(&alice(), &document(1, "alice")).await.unwrap();
    let before = world.raw().await;

    for number in [1_u32, 2] {
        let key = ("inbox", number);
        assert!(documents.get(&bob(), key).await.unwrap().is_none());
        assert!(!documents.exists(&bob(), key).await.unwrap());
        assert!(!documents.delete(&bob(), key).await.unwrap());
        let error = documents.replace(&bob(), &document(number, "bob")).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert_eq!(error.to_string(), "no such item");
    }
    // A key that is taken cannot be had; by whom it is taken is not said.
    for owner in [alice(), bob()] {
        let id = if owner == alice() { "alice" } else { "bob" };
        assert!(documents.create(&owner, &document(1, id)).await.unwrap_err().is_conflict());
    }
    assert!(documents.put(&bob(), &document(1, "bob")).await.unwrap_err().is_conflict());
    // Nobody gives items to others, or takes theirs by naming them.
    assert!(documents.put(&alice(), &document(1, "bob")).await.unwrap_err().is_access_denied());
    assert!(documents.put(&bob(), &document(1, "alice")).await.unwrap_err().is_access_denied());
    assert_eq!(world.raw().await, before, "the item is as it was");

    documents.put(&alice(), &document(1, "alice")).await.unwrap();
    documents.replace(&alice(), &document(1, "alice")).await.unwrap();
    assert!(documents.delete(&alice(), ("inbox", 1_u32)).await.unwrap());
}

#[tokio::test]
async fn a_record_without_owner_is_for_services() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "settings")]
    struct Setting {
        #[dynacrypt(partition_key)]
        name: String,
        value: String,
    }
    let world = World::new::<Setting>().await;
    let settings = world.repository::<Setting>();
    let setting = Setting { name: "a".to_owned(), value: "b".to_owned() };
    assert!(settings.put(&alice(), &setting).await.unwrap_err().is_access_denied());
    assert!(settings.get(&alice(), "a").await.unwrap_err().is_access_denied());
    let job = Principal::service("deploy", "ticket 7");
    settings.put(&job, &setting).await.unwrap();
    let read = settings.get(&job, "a").await.unwrap().unwrap();
    assert_eq!((read.name.as_str(), read.value.as_str()), ("a", "b"));
}

#[tokio::test]
async fn services_bypass_ownership_and_are_audited() {
    let world = World::new::<Document>().await;
    let documents = world.repository::<Document>();
    documents.create(&alice(), &document(1, "alice")).await.unwrap();

    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let job = Principal::service("nightly-export", "ticket 4711");
    assert!(documents.get(&job, ("inbox", 1_u32)).await.unwrap().is_some());
    assert!(documents.exists(&job, ("inbox", 1_u32)).await.unwrap());
    documents.replace(&job, &document(1, "alice")).await.unwrap();
    assert!(documents.delete(&job, ("inbox", 1_u32)).await.unwrap());
    drop(guard);

    let text = logs.text();
    let audit: Vec<&str> = text.lines().filter(|line| line.contains(observe::AUDIT)).collect();
    assert_eq!(audit.len(), 4, "{audit:#?}");
    for (line, operation) in audit.iter().zip(["get", "exists", "replace", "delete"]) {
        for part in ["nightly-export", "ticket 4711", "documents", operation] {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(!line.contains("inbox") && !line.contains("alice"), "a value in {line}");
    }
}
