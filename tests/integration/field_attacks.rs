//! A writer of the table, against secrets that were set alone: they are bound to table, key, owner,
//! tenant and name, and nothing else in the item changes that.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::expr::Update;
use dynacrypt::testing::attack::{self, Item};
use dynacrypt::testing::raw_items;
use dynacrypt::{
    DynamoRepository, ExposeSecret, LocalKeyProvider, Principal, Record, Repository, Sealer, Secret,
};

use crate::world::{Document, Profile, World, alice, document, profile};

const NEW: &str = "CANARY-set-alone";

/// Two items, of alice and bob, whose `ssn` and `api_key` were set alone.
async fn updated(world: &World, profiles: &DynamoRepository<Profile>) -> (Item, Item) {
    let c = Profile::columns();
    let mut items = Vec::new();
    for id in ["alice", "bob"] {
        let owner = Principal::owner(id);
        profiles.put(&owner, &profile(id)).await.unwrap();
        let update = Update::new()
            .set(c.ssn, Secret::from(NEW))
            .set(c.api_key, Secret::from(format!("{NEW}-{id}").as_str()));
        profiles.update(&owner, id, update).await.unwrap();
        items.push(stored(world, id).await);
    }
    let bobs = items.remove(1);
    (items.remove(0), bobs)
}

async fn stored(world: &World, id: &str) -> Item {
    let mut items = raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    items.retain(|item| item["user_id"] == AttributeValue::S(id.to_owned()));
    items.remove(0)
}

#[tokio::test]
async fn no_change_to_a_field_of_its_own_goes_unnoticed() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    let (alices, bobs) = updated(&world, &profiles).await;
    let sealer = &world.sealer;
    assert!(sealer.open::<Profile>(alices.clone()).await.is_ok());
    let mut refused = 0;
    let attacks = attack::all(&alices)
        .chain(attack::transplants(&alices, &bobs, &["user_id"]))
        .filter(|tampered| tampered.touches("ssn") || tampered.touches("api_key"));
    for tampered in attacks {
        // Of a record that is not `whole`, an optional secret can be taken away: SECURITY.md.
        if tampered.touches("api_key") && !tampered.item.contains_key("api_key") {
            continue;
        }
        // The whole of bob's item under bob's key is bob's.
        if tampered.item.iter().all(|(name, value)| bobs.get(name) == Some(value)) {
            continue;
        }
        let description = tampered.description.clone();
        let Err(error) = sealer.open::<Profile>(tampered.item).await else {
            panic!("opened: {description}")
        };
        let missing = error.is_invalid_item() && description.contains("removed");
        assert!(error.is_decrypt() || error.is_not_sealed() || missing, "{description}: {error}");
        assert!(!format!("{error} {error:?}").contains("CANARY"));
        refused += 1;
    }
    assert!(refused > 1_000, "only {refused} attacks");
}

#[tokio::test]
async fn a_field_of_its_own_opens_in_its_place_alone() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    let (alices, bobs) = updated(&world, &profiles).await;
    let sealer = &world.sealer;
    let with = |item: &Item, name: &str, value: &AttributeValue| {
        let mut item = item.clone();
        item.insert(name.to_owned(), value.clone());
        item
    };
    // Between items, between attributes, with and without the rest of the item.
    for moved in [
        with(&alices, "ssn", &bobs["ssn"]),
        with(&alices, "api_key", &bobs["api_key"]),
        with(&alices, "ssn", &alices["api_key"]),
        with(&alices, "_dc", &bobs["_dc"]),
        with(&alices, "user_id", &bobs["user_id"]),
    ] {
        assert!(sealer.open::<Profile>(moved).await.unwrap_err().is_decrypt());
    }
    // Its header is no item's, and an item's is none of its own.
    let front = |value: &AttributeValue| value.as_b().unwrap().as_ref().to_vec();
    let mut header = front(&alices["ssn"]);
    header.truncate(125);
    header[1] = 0;
    let header = AttributeValue::B(Blob::new(header));
    assert!(sealer.open::<Profile>(with(&alices, "_dc", &header)).await.unwrap_err().is_decrypt());
    let mut field = front(&alices["_dc"]);
    field[1] = 2;
    field.extend_from_slice(&front(&alices["ssn"])[125..]);
    let field = AttributeValue::B(Blob::new(field));
    assert!(sealer.open::<Profile>(with(&alices, "ssn", &field)).await.unwrap_err().is_decrypt());
    // An older one of the same place opens, even after a put of the whole: SECURITY.md says so.
    let c = Profile::columns();
    let newer = Update::new().set(c.ssn, Secret::from("CANARY-newer"));
    profiles.update(&alice(), "alice", newer).await.unwrap();
    let sealed = world.sealer.seal(&profile("alice")).await.unwrap().into_item();
    for item in [stored(&world, "alice").await, sealed] {
        world.put_raw(with(&item, "ssn", &alices["ssn"])).await;
        let read = profiles.get(&alice(), "alice").await.unwrap().unwrap();
        assert_eq!(read.ssn.expose_secret(), NEW);
    }
}

#[derive(Debug, Record)]
#[dynacrypt(table = "documents-2")]
struct Elsewhere {
    #[dynacrypt(partition_key)]
    folder: String,
    #[dynacrypt(sort_key)]
    number: u32,
    #[dynacrypt(owner)]
    owner_id: String,
    #[encrypted]
    body: Secret<String>,
}

#[tokio::test]
async fn another_tenants_owners_or_tables_field_does_not_open() {
    let keys = || LocalKeyProvider::from_bytes(&mut [9; 32]).unwrap();
    let tenant = |id: &str| Sealer::new(keys()).for_tenant(id.to_owned());
    let update = async |sealer: Sealer, owner: &str| {
        let world = World::with_sealer::<Document>(sealer).await;
        let documents = world.repository::<Document>();
        let owner_id = Principal::owner(owner);
        documents.create(&owner_id, &document(1, owner)).await.unwrap();
        let c = Document::columns();
        let update = Update::new().set(c.body, Secret::from(NEW));
        documents.update(&owner_id, ("inbox", 1_u32), update).await.unwrap();
        (world.raw().await, world)
    };
    let (item, world) = update(tenant("a"), "alice").await;
    assert!(world.sealer.open::<Document>(item.clone()).await.is_ok());
    for other in [
        update(tenant("b"), "alice").await.0,
        update(Sealer::new(keys()), "alice").await.0,
        update(tenant("a"), "bob").await.0,
        update(Sealer::new(LocalKeyProvider::generate().unwrap()).for_tenant("a"), "alice").await.0,
    ] {
        let mut moved = item.clone();
        moved.insert("body".to_owned(), other["body"].clone());
        assert!(world.sealer.open::<Document>(moved).await.unwrap_err().is_decrypt());
    }
    // The owner is not in the key, but bound: given to bob, the field opens for nobody.
    let mut given = item.clone();
    given.insert("owner_id".to_owned(), AttributeValue::S("bob".to_owned()));
    assert!(world.sealer.open::<Document>(given).await.unwrap_err().is_decrypt());

    let sealed = Elsewhere {
        folder: "inbox".to_owned(),
        number: 1,
        owner_id: "alice".to_owned(),
        body: Secret::from("x"),
    };
    let mut elsewhere = world.sealer.seal(&sealed).await.unwrap().into_item();
    elsewhere.insert("body".to_owned(), item["body"].clone());
    assert!(world.sealer.open::<Elsewhere>(elsewhere).await.unwrap_err().is_decrypt());
}

/// What an update grows beyond 400 KB is refused by DynamoDB, and says so.
#[tokio::test]
async fn an_item_that_would_grow_too_large_says_so() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    let before = world.raw().await;
    let c = Profile::columns();
    for update in [
        Update::new().set(c.ssn, Secret::new("x".repeat(400 * 1024))),
        Update::new().set(c.display_name, "x".repeat(400 * 1024)),
    ] {
        let error = profiles.update(&alice(), "alice", update).await.unwrap_err();
        assert!(error.is_item_too_large(), "{error:?}");
    }
    assert_eq!(world.raw().await, before);
}
