//! Updates of part of a record, on a table: what changes changes, what does not stays byte for byte,
//! and a secret that is set alone is as bound as one that was put.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::codec::{AsSet, Binary, Set};
use dynacrypt::expr::Update;
use dynacrypt::keys::CacheLimits;
use dynacrypt::testing::{FaultyHttp, FaultyKeyProvider, assert_no_plaintext};
use dynacrypt::{
    DynamoRepository, ExposeSecret, LocalKeyProvider, Principal, Record, Repository, Sealer, Secret,
};
use serde::{Deserialize, Serialize};

use crate::world::{API_KEY, CANARIES, Document, Profile, World, alice, bob, document, profile};

pub(crate) const NEW_SSN: &str = "CANARY-new-ssn-219-09-9999";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Address {
    city: String,
    lines: Vec<String>,
}

/// Something to update of every kind.
#[derive(Debug, Record)]
#[dynacrypt(table = "orders")]
struct Order {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    status: String,
    note: Option<String>,
    visits: u32,
    balance: Option<i64>,
    history: Vec<String>,
    drafts: Option<Vec<u8>>,
    address: Address,
    extra: BTreeMap<String, i32>,
    #[dynacrypt(with = AsSet)]
    tags: BTreeSet<String>,
    #[dynacrypt(with = AsSet)]
    numbers: Option<Vec<u32>>,
    blobs: Option<Set<Vec<Binary>>>,
    #[encrypted]
    card: Secret<String>,
    #[encrypted]
    #[dynacrypt(pad = 64)]
    backup: Option<Secret<Vec<u8>>>,
}

fn order() -> Order {
    Order {
        user_id: "alice".to_owned(),
        status: "open".to_owned(),
        note: Some("first".to_owned()),
        visits: 1,
        balance: None,
        history: vec!["made".to_owned()],
        drafts: None,
        address: Address { city: "Basel".to_owned(), lines: vec!["one".to_owned()] },
        extra: BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]),
        tags: BTreeSet::from(["old".to_owned(), "new".to_owned()]),
        numbers: None,
        blobs: None,
        card: Secret::from(crate::world::SSN),
        backup: None,
    }
}

async fn orders() -> (World, DynamoRepository<Order>) {
    let world = World::new::<Order>().await;
    let orders = world.repository::<Order>();
    orders.create(&alice(), &order()).await.unwrap();
    (world, orders)
}

/// Updates Alice's order, and gives it back as it is then.
async fn updated(orders: &DynamoRepository<Order>, update: Update<Order>) -> Order {
    orders.update(&alice(), "alice", update).await.unwrap();
    orders.get(&alice(), "alice").await.unwrap().unwrap()
}

#[tokio::test]
async fn each_action_does_what_it_says() {
    let (_world, orders) = orders().await;
    let c = Order::columns();
    let order = updated(
        &orders,
        Update::new()
            .set(c.status, "paid")
            .remove(c.note)
            .add(c.visits, 2)
            .add(c.balance, -5)
            .append(c.history, ["paid", "sent"])
            .prepend(c.drafts, [1, 2])
            .set_path(c.address.key("city"), &"Bern")
            .remove_path(c.extra.key("a"))
            .add_to_set(c.tags, ["vip"])
            .add_to_set(c.numbers, [3, 1])
            .add_to_set(c.blobs, [Binary(vec![7])]),
    )
    .await;
    assert_eq!((order.status.as_str(), order.note), ("paid", None));
    assert_eq!((order.visits, order.balance), (3, Some(-5)));
    assert_eq!(order.history, ["made", "paid", "sent"]);
    assert_eq!(order.drafts, Some(vec![1, 2]));
    assert_eq!(order.address, Address { city: "Bern".to_owned(), lines: vec!["one".to_owned()] });
    assert_eq!(order.extra, BTreeMap::from([("b".to_owned(), 2)]));
    assert_eq!(order.tags.len(), 3);
    assert_eq!(order.numbers.map(BTreeSet::from_iter), Some(BTreeSet::from([1, 3])));
    assert_eq!(order.blobs, Some(Set(vec![Binary(vec![7])])));

    let order = updated(
        &orders,
        Update::new()
            .set(c.note, "second")
            .set_if_absent(c.status, "lost")
            .set_if_absent(c.visits, 99_u32)
            .prepend(c.history, ["planned"])
            .append(c.drafts, [3])
            .set_path(c.address.key("lines").index(0), &"uno")
            .set_path_if_absent(c.extra.key("b"), &7)
            .set_path(c.extra.key("z"), &26)
            .delete_from_set(c.tags, ["old", "new", "never"])
            .delete_from_set(c.numbers, [1, 3]),
    )
    .await;
    assert_eq!((order.note.as_deref(), order.status.as_str()), (Some("second"), "paid"));
    assert_eq!(order.visits, 3, "it was there");
    assert_eq!(order.history, ["planned", "made", "paid", "sent"]);
    assert_eq!(order.drafts, Some(vec![1, 2, 3]));
    assert_eq!(order.address.lines, ["uno"]);
    assert_eq!(order.extra, BTreeMap::from([("b".to_owned(), 2), ("z".to_owned(), 26)]));
    assert_eq!(order.tags, BTreeSet::from(["vip".to_owned()]));
    assert_eq!(order.numbers, None, "a set that gets empty is absent");

    let order = updated(
        &orders,
        Update::new()
            .set(c.note, None::<String>)
            .set(c.tags, BTreeSet::new())
            .set(c.address, Address { city: "Chur".to_owned(), lines: Vec::new() }),
    )
    .await;
    assert_eq!((order.note, order.tags.len()), (None, 0));
    assert_eq!(order.address.city, "Chur");
    assert_eq!(order.card.expose_secret(), crate::world::SSN, "untouched by all of them");
}

#[tokio::test]
async fn a_secret_is_set_alone_and_everything_else_stays() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    profiles.create(&alice(), &profile("alice")).await.unwrap();
    let before = world.raw().await;
    let c = Profile::columns();

    profiles
        .update(&alice(), "alice", Update::new().set(c.ssn, Secret::from(NEW_SSN)))
        .await
        .unwrap();
    let after = world.raw().await;
    for (name, value) in &before {
        assert_eq!(after.get(name) == Some(value), name != "ssn", "{name}");
    }
    assert_eq!(before.len(), after.len());
    let blob = after["ssn"].as_b().unwrap().as_ref();
    // CBOR: the text and a head of two bytes; 141 is docs/format.md's, with one local key.
    assert_eq!((&blob[..2], blob.len()), (&[0xDC, 2][..], NEW_SSN.len() + 2 + 141));
    assert_no_plaintext!(
        world.backend.dynamodb(),
        &world.table,
        [NEW_SSN, CANARIES[0], CANARIES[1]]
    );
    let read = profiles.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!(read.ssn.expose_secret(), NEW_SSN);
    assert_eq!(read.api_key.as_ref().unwrap().expose_secret(), API_KEY);

    // Set again: another salt, and nothing in common. Then removed, and set from nothing.
    profiles
        .update(&alice(), "alice", Update::new().set(c.ssn, Secret::from(NEW_SSN)))
        .await
        .unwrap();
    let again = world.raw().await;
    assert_ne!(again["ssn"], after["ssn"]);
    let gone = Update::new().set(c.api_key, None);
    profiles.update(&alice(), "alice", gone).await.unwrap();
    assert!(!world.raw().await.contains_key("api_key"));
    assert!(profiles.get(&alice(), "alice").await.unwrap().unwrap().api_key.is_none());
    let back = Update::new().set(c.api_key, Secret::from("CANARY-back"));
    profiles.update(&alice(), "alice", back).await.unwrap();
    let read = profiles.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!(read.api_key.as_ref().unwrap().expose_secret(), "CANARY-back");
    profiles.update(&alice(), "alice", Update::new().remove(c.api_key)).await.unwrap();
    assert!(profiles.get(&alice(), "alice").await.unwrap().unwrap().api_key.is_none());

    // The next put folds it back into the item.
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    assert_eq!(world.raw().await["ssn"].as_b().unwrap().as_ref()[..2], [0xDC, 1]);
}

#[tokio::test]
async fn what_the_update_returns_is_opened() {
    let (_world, orders) = orders().await;
    let c = Order::columns();
    let update = || Update::new().set(c.status, "paid").set(c.card, Secret::from(NEW_SSN));
    let old: Order =
        orders.update_request(&alice(), "alice", update()).returning_old().send().await.unwrap();
    assert_eq!(
        (old.status.as_str(), old.card.expose_secret().as_str()),
        ("open", crate::world::SSN)
    );
    let new: Order =
        orders.update_request(&alice(), "alice", update()).returning_new().send().await.unwrap();
    assert_eq!((new.status.as_str(), new.card.expose_secret().as_str()), ("paid", NEW_SSN));
}

#[tokio::test]
async fn an_absent_item_is_not_found_and_nothing_is_created() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    let c = Profile::columns();
    for update in [
        Update::new().set(c.display_name, "x"),
        Update::new().set(c.ssn, Secret::from(NEW_SSN)),
        Update::new().remove(c.api_key),
    ] {
        let error = profiles.update(&alice(), "alice", update).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
    }
    let items =
        dynacrypt::testing::raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    assert_eq!(items.len(), 0);
}

/// Where the owner is beside the key, another owner's item and an absent one give the same answer.
#[tokio::test]
async fn another_owners_item_is_as_if_absent_and_stays_as_it_is() {
    let world = World::new::<Document>().await;
    let documents = world.repository::<Document>();
    documents.create(&alice(), &document(1, "alice")).await.unwrap();
    let before = world.raw().await;
    let c = Document::columns();
    for number in [1_u32, 2] {
        for update in
            [Update::new().set(c.title, "taken"), Update::new().set(c.body, Secret::from(NEW_SSN))]
        {
            let bob = bob();
            let request = documents.update_request(&bob, ("inbox", number), update);
            let error = request.return_existing().send().await.unwrap_err();
            assert!(error.is_not_found(), "{error}");
            assert_eq!(error.to_string(), "no such item");
            assert!(error.existing::<Document>().is_none());
        }
    }
    assert_eq!(world.raw().await, before);
    let update = Update::new().set(c.title, "mine").set(c.body, Secret::from(NEW_SSN));
    documents.update(&alice(), ("inbox", 1_u32), update).await.unwrap();
    let read = documents.get(&alice(), ("inbox", 1_u32)).await.unwrap().unwrap();
    assert_eq!(
        (read.title.as_deref(), read.body.expose_secret().as_str()),
        (Some("mine"), NEW_SSN)
    );
}

/// Where it is the key, nothing is sent and no key asked for.
#[tokio::test]
async fn another_owners_key_is_denied_before_anything_happens() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let counted = keys.faults();
    let world = World::with_sealer::<Profile>(Sealer::new(keys)).await;
    let (http, profiles) = recorded::<Profile>(&world);
    let c = Profile::columns();
    for principal in [bob(), Principal::owner(""), Principal::service("", "x")] {
        let update = Update::new().set(c.ssn, Secret::from(NEW_SSN));
        let error = profiles.update(&principal, "alice", update).await.unwrap_err();
        assert!(error.is_access_denied(), "{error}");
    }
    assert_eq!((http.requests().len(), counted.generate_calls()), (0, 0));
}

/// A secret is bound to the owner, whom a service does not know: it is read first.
#[tokio::test]
async fn a_service_seals_for_the_owner_that_the_item_has() {
    let world = World::new::<Document>().await;
    let documents = world.repository::<Document>();
    documents.create(&alice(), &document(1, "alice")).await.unwrap();
    let job = Principal::service("rotation", "ticket 12");
    let c = Document::columns();
    let key = ("inbox", 1_u32);
    documents.update(&job, key, Update::new().set(c.body, Secret::from(NEW_SSN))).await.unwrap();
    let read = documents.get(&alice(), key).await.unwrap().unwrap();
    assert_eq!(read.body.expose_secret(), NEW_SSN);
    let absent =
        documents.update(&job, ("inbox", 2_u32), Update::new().set(c.body, Secret::from("x")));
    assert!(absent.await.unwrap_err().is_not_found());
    documents.update(&job, key, Update::new().set(c.title, "clear")).await.unwrap();
}

fn recorded<R: Record>(world: &World) -> (FaultyHttp, DynamoRepository<R>) {
    let http = FaultyHttp::new();
    let config = world.backend.dynamodb_config().http_client(http.clone()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let repository =
        DynamoRepository::new(client, world.sealer.clone()).with_table_name(&world.table);
    (http, repository)
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_anything_happens() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let counted = keys.faults();
    let world = World::with_sealer::<Order>(Sealer::new(keys)).await;
    let (http, orders) = recorded::<Order>(&world);
    let c = Order::columns();
    let secret = || Secret::from(NEW_SSN);
    for (what, update) in [
        ("nothing", Update::new()),
        ("an empty set of elements", Update::new().add_to_set(c.tags, Vec::<String>::new())),
        ("one column twice", Update::new().set(c.status, "a").set(c.status, "b")),
        ("set and remove", Update::new().set(c.note, "a").remove(c.note)),
        ("set and add", Update::new().set(c.visits, 1_u32).add(c.visits, 1)),
        (
            "a column and inside it",
            Update::new().set(c.extra, BTreeMap::new()).remove_path(c.extra.key("a")),
        ),
        (
            "a place and inside it",
            Update::new()
                .set_path(c.address.key("lines"), &[0; 0])
                .remove_path(c.address.key("lines").index(0)),
        ),
        ("a secret twice", Update::new().set(c.card, secret()).set(c.card, secret())),
        (
            "a secret set and removed",
            Update::new().set(c.backup, Secret::from(&[1_u8][..])).remove(c.backup),
        ),
        ("into a key", Update::new().set_path(c.user_id.key("x"), &1)),
    ] {
        let error = orders.update(&alice(), "alice", update).await.unwrap_err();
        assert!(error.is_invalid_request(), "{what}: {error}");
    }
    let twice = Update::new().add_to_set(c.tags, ["a", "a"]);
    assert!(orders.update(&alice(), "alice", twice).await.unwrap_err().is_invalid_record());
    // Siblings do not clash, nor do names that begin alike.
    let siblings = Update::new()
        .set_path(c.extra.key("a"), &1)
        .set_path(c.extra.key("ab"), &1)
        .set_path(c.address.key("lines").index(1), &"x")
        .set_path(c.address.key("lines").index(10), &"x");
    assert!(orders.update(&alice(), "alice", siblings).await.unwrap_err().is_not_found());
    assert_eq!((http.requests().len(), counted.generate_calls()), (1, 0));
}

#[tokio::test]
async fn unknown_attributes_survive() {
    let (world, orders) = orders().await;
    let mut item = world.raw().await;
    item.insert("newer".to_owned(), AttributeValue::S("kept".to_owned()));
    world.put_raw(item).await;
    let c = Order::columns();
    let update = Update::new().set(c.status, "paid").set(c.card, Secret::from(NEW_SSN));
    orders.update(&alice(), "alice", update).await.unwrap();
    assert_eq!(world.raw().await["newer"].as_s().unwrap(), "kept");
}

#[tokio::test]
async fn an_update_that_cannot_be_sealed_is_not_sent() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let sealer = Sealer::with_cache_limits(keys, CacheLimits::default());
    let world = World::with_sealer::<Profile>(sealer.clone().read_only()).await;
    let (http, profiles) = recorded::<Profile>(&world);
    let c = Profile::columns();
    let secret = Update::new().set(c.ssn, Secret::from(NEW_SSN));
    assert!(profiles.update(&alice(), "alice", secret).await.unwrap_err().is_not_capable());
    assert_eq!(http.requests().len(), 0);
    let clear = Update::new().set(c.display_name, "x");
    assert!(profiles.update(&alice(), "alice", clear).await.unwrap_err().is_not_found());
}
