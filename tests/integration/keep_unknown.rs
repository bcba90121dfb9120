//! Puts that keep what the record does not know: of a newer version of the application, or of another
//! tool. What could not be read afterwards is refused.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::expr::Update;
use dynacrypt::keys::{BoxFuture, CacheLimits, KeyProvider, KeyScope};
use dynacrypt::material::{DataKey, GeneratedKey, WrappedDataKey};
use dynacrypt::testing::{FaultyHttp, assert_no_plaintext, raw_items};
use dynacrypt::{
    DynamoRepository, Error, ExposeSecret, LocalKeyProvider, Record, Repository, Sealer, Secret,
};
use tokio::sync::Notify;

use crate::world::{CANARIES, Document, Profile, World, alice, bob, document, profile};

/// The same table, by a newer version of the application.
#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Newer {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    display_name: String,
    #[dynacrypt(authenticated)]
    role: String,
    #[encrypted]
    ssn: Secret<String>,
    theme: Option<String>,
    #[encrypted]
    phone: Option<Secret<String>>,
}

fn newer() -> Newer {
    Newer {
        user_id: "alice".to_owned(),
        display_name: "Ada".to_owned(),
        role: "member".to_owned(),
        ssn: Secret::from(CANARIES[0]),
        theme: Some("dark".to_owned()),
        phone: None,
    }
}

#[tokio::test]
async fn what_is_unknown_stays_and_what_is_known_is_replaced() {
    let world = World::new::<Profile>().await;
    let (profiles, newer_profiles) = (world.repository::<Profile>(), world.repository::<Newer>());
    newer_profiles.create(&alice(), &newer()).await.unwrap();
    let c = Newer::columns();
    let phone = Update::new().set(c.phone, Secret::from(CANARIES[1]));
    newer_profiles.update(&alice(), "alice", phone).await.unwrap();

    let alice = alice();
    let mut record = profile("alice");
    for api_key in [Some(Secret::from(CANARIES[1])), None] {
        record.api_key = api_key;
        profiles.put_request(&alice, &record).keep_unknown().send().await.unwrap();
        let item = world.raw().await;
        assert_eq!(item["theme"], AttributeValue::S("dark".to_owned()));
        assert_eq!(item.contains_key("api_key"), record.api_key.is_some(), "known and absent");
        let read = profiles.get(&alice, "alice").await.unwrap().unwrap();
        assert_eq!(read.display_name, "Display of alice");
        // A field that was sealed on its own has a key of its own.
        let read = newer_profiles.get(&alice, "alice").await.unwrap().unwrap();
        assert_eq!(read.phone.unwrap().expose_secret(), CANARIES[1]);
    }
    assert_no_plaintext!(world.backend.dynamodb(), &world.table, CANARIES);

    profiles.put(&alice, &record).await.unwrap();
    let item = world.raw().await;
    assert!(!item.contains_key("theme") && !item.contains_key("phone"), "a plain put replaces");
}

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles", whole)]
struct Vault {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
}

#[tokio::test]
async fn what_could_not_be_read_afterwards_is_refused() {
    let world = World::new::<Profile>().await;
    let (profiles, newer_profiles) = (world.repository::<Profile>(), world.repository::<Newer>());
    let sealed = Newer { phone: Some(Secret::from(CANARIES[1])), ..newer() };
    newer_profiles.create(&alice(), &sealed).await.unwrap();
    let before = world.raw().await;
    let (alice, record) = (alice(), profile("alice"));
    let error = profiles.put_request(&alice, &record).keep_unknown().send().await.unwrap_err();
    assert!(error.is_invalid_item(), "{error}");
    assert_eq!(world.raw().await, before);

    let http = FaultyHttp::new();
    let config = world.backend.dynamodb_config().http_client(http.clone()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let vaults = DynamoRepository::new(client, world.sealer.clone());
    let vault = Vault { user_id: "alice".to_owned() };
    let error = vaults.put_request(&alice, &vault).keep_unknown().send().await.unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert_eq!(http.requests().len(), 0);
}

#[tokio::test]
async fn modes_and_owners_are_those_of_any_put() {
    let world = World::new::<Document>().await;
    let documents = world.repository::<Document>();
    let (alice, bob) = (alice(), bob());
    let record = document(1, "alice");
    let request = documents.put_request(&alice, &record).keep_unknown();
    assert!(request.replace_only().send().await.unwrap_err().is_not_found());
    let items = raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    assert_eq!(items.len(), 0);
    documents.put_request(&alice, &record).keep_unknown().create_only().send().await.unwrap();
    let request = documents.put_request(&alice, &record).keep_unknown();
    assert!(request.create_only().send().await.unwrap_err().is_conflict());
    let before = world.raw().await;

    let theirs = document(1, "bob");
    let request = || documents.put_request(&bob, &theirs).keep_unknown().return_existing();
    let put = request().send().await.unwrap_err();
    let create = request().create_only().send().await.unwrap_err();
    let replace = request().replace_only().send().await.unwrap_err();
    assert!(put.is_conflict() && create.is_conflict() && replace.is_not_found());
    for error in [put, create, replace] {
        assert!(error.existing::<Document>().is_none());
    }
    assert!(
        documents
            .put_request(&bob, &record)
            .keep_unknown()
            .send()
            .await
            .unwrap_err()
            .is_access_denied()
    );
    assert_eq!(world.raw().await, before);
    documents.put_request(&alice, &record).keep_unknown().replace_only().send().await.unwrap();
    assert!(documents.get(&alice, ("inbox", 1_u32)).await.unwrap().is_some());
}

/// Says that it was asked for a key, and gives one when it is let.
#[derive(Debug)]
struct Gate {
    inner: LocalKeyProvider,
    asked: Arc<Notify>,
    go: Arc<Notify>,
    closed: Arc<Mutex<bool>>,
}

impl KeyProvider for Gate {
    fn generate_key<'a>(
        &'a self,
        scope: &'a KeyScope,
    ) -> BoxFuture<'a, Result<GeneratedKey, Error>> {
        Box::pin(async move {
            let closed = *self.closed.lock().unwrap();
            if closed {
                self.asked.notify_one();
                self.go.notified().await;
            }
            self.inner.generate_key(scope).await
        })
    }

    fn unwrap_key<'a>(
        &'a self,
        wrapped: &'a [WrappedDataKey],
        scope: &'a KeyScope,
    ) -> BoxFuture<'a, Result<DataKey, Error>> {
        self.inner.unwrap_key(wrapped, scope)
    }
}

/// Between the read and the write, the newer application seals the item anew, with a field that the
/// older one does not know: it would be lost without a trace.
#[tokio::test]
async fn what_is_sealed_anew_in_between_is_noticed() {
    let (asked, go, closed) = (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::default());
    let mut key = [7; 32];
    let gate = Gate {
        inner: LocalKeyProvider::from_bytes(&mut key).unwrap(),
        asked: Arc::clone(&asked),
        go: Arc::clone(&go),
        closed: Arc::clone(&closed),
    };
    let limits = CacheLimits::default().max_age(std::time::Duration::ZERO);
    let world = World::with_sealer::<Profile>(Sealer::with_cache_limits(gate, limits)).await;
    let profiles = world.repository::<Profile>();
    let mut key = [7; 32];
    let other = Sealer::new(LocalKeyProvider::from_bytes(&mut key).unwrap());
    let newer_profiles = DynamoRepository::<Newer>::new(world.backend.dynamodb().clone(), other)
        .with_table_name(&world.table);
    let (alice, record) = (alice(), profile("alice"));
    for already_there in [false, true] {
        if already_there {
            newer_profiles.put(&alice, &newer()).await.unwrap();
        }
        *closed.lock().unwrap() = true;
        let put = profiles.put_request(&alice, &record).keep_unknown().send();
        let interfere = async {
            asked.notified().await;
            let sealed = Newer { phone: Some(Secret::from(CANARIES[1])), ..newer() };
            newer_profiles.put(&alice, &sealed).await.unwrap();
            go.notify_one();
        };
        let (error, ()) = tokio::join!(put, interfere);
        assert!(error.unwrap_err().is_version_conflict());
        let read = newer_profiles.get(&alice, "alice").await.unwrap().unwrap();
        assert_eq!(read.phone.unwrap().expose_secret(), CANARIES[1]);
        *closed.lock().unwrap() = false;
        assert!(newer_profiles.delete(&alice, "alice").await.unwrap());
    }
}
