//! Records go in and come out; put, create, replace, delete and exists do what they say.

use std::collections::BTreeMap;

use dynacrypt::codec::Binary;
use dynacrypt::record::Key;
use dynacrypt::{ExposeSecret, Principal, Record, Repository, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::world::{API_KEY, Document, Profile, SSN, World, alice, document, profile};

#[tokio::test]
async fn what_was_put_comes_back() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    assert!(profiles.get(&alice(), "alice").await.unwrap().is_none());
    profiles.put(&alice(), &profile("alice")).await.unwrap();

    let read = profiles.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!((read.user_id.as_str(), read.role.as_str()), ("alice", "member"));
    assert_eq!(read.display_name, "Display of alice");
    assert_eq!(read.ssn.expose_secret(), SSN);
    assert_eq!(read.api_key.unwrap().expose_secret(), API_KEY);
    assert_eq!(read.one_time_code.expose_secret(), "", "skipped: never stored");
}

#[tokio::test]
async fn an_absent_secret_is_an_absent_attribute() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    profiles.put(&alice(), &Profile { api_key: None, ..profile("alice") }).await.unwrap();
    assert!(!world.raw().await.contains_key("api_key"));
    assert!(profiles.get(&alice(), "alice").await.unwrap().unwrap().api_key.is_none());
}

#[tokio::test]
async fn create_replace_put() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    let changed = || Profile { role: "admin".to_owned(), ..profile("alice") };

    assert!(profiles.replace(&alice(), &changed()).await.unwrap_err().is_not_found());
    profiles.create(&alice(), &profile("alice")).await.unwrap();
    assert!(profiles.create(&alice(), &changed()).await.unwrap_err().is_conflict());
    assert_eq!(profiles.get(&alice(), "alice").await.unwrap().unwrap().role, "member");
    profiles.replace(&alice(), &changed()).await.unwrap();
    assert_eq!(profiles.get(&alice(), "alice").await.unwrap().unwrap().role, "admin");
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    assert_eq!(profiles.get(&alice(), "alice").await.unwrap().unwrap().role, "member");
}

#[tokio::test]
async fn delete_and_exists() {
    let world = World::new::<Document>().await;
    let documents = world.repository::<Document>();
    let key = ("inbox", 1_u32);
    assert!(!documents.exists(&alice(), key).await.unwrap());
    assert!(!documents.delete(&alice(), key).await.unwrap());
    documents.put(&alice(), &document(1, "alice")).await.unwrap();
    documents.put(&alice(), &document(2, "alice")).await.unwrap();
    assert!(documents.exists(&alice(), key).await.unwrap());
    assert!(documents.delete(&alice(), key).await.unwrap());
    assert!(!documents.exists(&alice(), key).await.unwrap());
    let other = Key::<Document>::composite(&"inbox".to_owned(), &2);
    assert_eq!(documents.get(&alice(), &other).await.unwrap().unwrap().body.expose_secret(), SSN);
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Zeroize)]
struct Card {
    number: String,
    #[zeroize(skip)]
    limits: BTreeMap<String, i64>,
    kind: Kind,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Zeroize)]
enum Kind {
    Debit,
    Credit { line: u64, rate: f64 },
}

/// Every kind of value that a secret may hold, and every kind of clear field.
#[derive(Debug, Record)]
#[dynacrypt(table = "everything", rename_all = "camelCase", whole)]
struct Everything {
    #[dynacrypt(partition_key)]
    r#type: Binary,
    #[dynacrypt(sort_key, rename = "sk")]
    sort: i64,
    #[dynacrypt(owner)]
    owner_number: u64,
    #[dynacrypt(authenticated)]
    approved: bool,
    #[dynacrypt(authenticated)]
    revision: Option<i32>,
    #[dynacrypt(clear)]
    tags: Vec<String>,
    maybe: Option<f64>,
    raw: Binary,
    #[dynacrypt(default)]
    added_later: u8,
    #[encrypted]
    bytes: Secret<Vec<u8>>,
    #[encrypted]
    number: Secret<i64>,
    #[encrypted]
    float: Secret<f64>,
    #[encrypted]
    flag: Secret<bool>,
    #[encrypted]
    list: Secret<Vec<String>>,
    #[encrypted]
    card: Secret<Card>,
    #[encrypted]
    #[dynacrypt(aad_name = "old_name")]
    renamed: Secret<String>,
    #[encrypted]
    nothing: Secret<Option<u32>>,
}

#[tokio::test]
async fn every_kind_of_field() {
    let world = World::new::<Everything>().await;
    let repository = world.repository::<Everything>();
    let owner = Principal::owner("42");
    let card = || Card {
        number: "4111".to_owned(),
        limits: [("b".to_owned(), 1), ("aa".to_owned(), -2), ("a".to_owned(), i64::MIN)].into(),
        kind: Kind::Credit { line: u64::MAX, rate: 0.1 },
    };
    let record = Everything {
        r#type: Binary(vec![0, 255]),
        sort: -7,
        owner_number: 42,
        approved: true,
        revision: None,
        tags: vec!["x".to_owned(), String::new()],
        maybe: None,
        raw: Binary(vec![0xDC, 1, 2]),
        added_later: 3,
        bytes: Secret::new((0..=255).collect()),
        number: Secret::new(i64::MIN),
        float: Secret::new(-1.5e300),
        flag: Secret::new(true),
        list: Secret::new(vec!["ä".to_owned(), "\0".to_owned()]),
        card: Secret::new(card()),
        renamed: Secret::from("renamed"),
        nothing: Secret::new(None),
    };
    repository.create(&owner, &record).await.unwrap();

    let mut raw = world.raw().await;
    for name in [
        "type",
        "sk",
        "ownerNumber",
        "approved",
        "tags",
        "raw",
        "addedLater",
        "bytes",
        "renamed",
        "_dc",
    ] {
        assert!(raw.contains_key(name), "{name}");
    }
    assert!(!raw.contains_key("revision") && !raw.contains_key("maybe"));
    raw.remove("addedLater");
    world.put_raw(raw).await;

    let key = (vec![0, 255], -7_i64);
    let read = repository.get(&owner, key).await.unwrap().unwrap();
    assert_eq!((read.sort, read.owner_number, read.approved, read.revision), (-7, 42, true, None));
    assert_eq!(
        (read.tags.len(), read.maybe, read.raw.0, read.added_later),
        (2, None, vec![0xDC, 1, 2], 0)
    );
    assert_eq!(read.bytes.expose_secret().len(), 256);
    assert_eq!(*read.number.expose_secret(), i64::MIN);
    assert_eq!(read.float.expose_secret().to_bits(), (-1.5e300_f64).to_bits());
    assert!(*read.flag.expose_secret());
    assert_eq!(read.list.expose_secret().as_slice(), ["ä", "\0"]);
    assert_eq!(*read.card.expose_secret(), card());
    assert_eq!(read.renamed.expose_secret(), "renamed");
    assert_eq!(*read.nothing.expose_secret(), None);
}

#[tokio::test]
async fn an_item_that_is_too_large_is_refused_before_it_is_sent() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    let large = |len| Profile { ssn: Secret::new("x".repeat(len)), ..profile("alice") };
    let error = profiles.put(&alice(), &large(400 * 1024)).await.unwrap_err();
    assert!(error.is_item_too_large(), "{error}");
    assert!(error.service_error().is_none(), "it was sent");
    profiles.put(&alice(), &large(400 * 1024 - 600)).await.unwrap();
    assert!(profiles.get(&alice(), "alice").await.unwrap().is_some());
}

#[tokio::test]
async fn what_dynamodb_would_change_is_refused() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "floats")]
    struct Float {
        #[dynacrypt(partition_key, owner)]
        id: String,
        value: f64,
    }
    let world = World::new::<Float>().await;
    let floats = world.repository::<Float>();
    let error =
        floats.put(&alice(), &Float { id: "alice".to_owned(), value: f64::NAN }).await.unwrap_err();
    assert!(error.is_invalid_record() && error.attribute() == Some("value"), "{error}");
    floats.put(&alice(), &Float { id: "alice".to_owned(), value: 0.1 }).await.unwrap();
    let read = floats.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!((read.id.as_str(), read.value.to_bits()), ("alice", 0.1_f64.to_bits()));
}

#[tokio::test]
async fn a_missing_table_has_its_own_error() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>().with_table_name("dynacrypt-no-such-table");
    let error = profiles.get(&alice(), "alice").await.unwrap_err();
    assert!(error.is_table_not_found(), "{error}");
    assert_eq!(
        error.service_error().and_then(|answer| answer.code()),
        Some("ResourceNotFoundException")
    );
}
