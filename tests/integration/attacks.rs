//! A writer of the table: every flip, truncation, swap, move and change of what is bound is
//! refused, always with the same error, and plaintext is never taken for ciphertext.

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::testing::attack::{self, Item, Tampered};
use dynacrypt::testing::{FaultyHttp, HttpFault};
use dynacrypt::{
    DynamoRepository, Error, LocalKeyProvider, Principal, Record, Repository, Sealed, Sealer,
    Secret,
};

use crate::world::{Document, Profile, World, alice, document, profile};

/// Every field bound or encrypted, and nothing optional missing: any change must be noticed.
#[derive(Debug, Record)]
#[dynacrypt(table = "bound", whole)]
struct Bound {
    #[dynacrypt(partition_key)]
    id: String,
    #[dynacrypt(sort_key)]
    number: i64,
    #[dynacrypt(owner)]
    owner_id: String,
    #[dynacrypt(authenticated)]
    role: String,
    #[dynacrypt(authenticated)]
    active: bool,
    #[dynacrypt(authenticated)]
    limit: Option<u32>,
    #[encrypted]
    first: Secret<String>,
    #[encrypted]
    second: Secret<String>,
    #[encrypted]
    third: Option<Secret<u64>>,
}

fn bound(id: &str, first: &str) -> Bound {
    Bound {
        id: id.to_owned(),
        number: 7,
        owner_id: "alice".to_owned(),
        role: "member".to_owned(),
        active: false,
        limit: Some(10),
        first: Secret::from(first),
        second: Secret::from(first),
        third: Some(Secret::new(3)),
    }
}

fn sealer() -> Sealer {
    Sealer::new(LocalKeyProvider::generate().unwrap())
}

async fn refused<R: Record>(sealer: &Sealer, tampered: Tampered) -> Error {
    match sealer.open::<R>(tampered.item).await {
        Ok(_) => panic!("opened: {}", tampered.description),
        Err(error) => error,
    }
}

#[tokio::test]
async fn no_change_to_a_bound_item_goes_unnoticed() {
    let sealer = sealer();
    let seal = async |id, first| sealer.seal(&bound(id, first)).await.unwrap().into_item();
    let (item, other, older) =
        (seal("a", "one").await, seal("b", "two").await, seal("a", "old").await);
    assert!(sealer.open::<Bound>(item.clone()).await.is_ok());

    // Put back as a whole, an older item is what it was: SECURITY.md says so.
    let not_replay = |tampered: &Tampered| tampered.item != older && tampered.item != other;
    let attacks = attack::all(&item)
        .chain(attack::transplants(&item, &other, &["id", "number"]))
        .chain(attack::rollbacks(&item, &older))
        .filter(not_replay);
    let (mut decrypt, mut not_sealed) = (0, 0);
    for tampered in attacks {
        let description = tampered.description.clone();
        let error = refused::<Bound>(&sealer, tampered).await;
        if error.is_not_sealed() {
            not_sealed += 1;
            continue;
        }
        assert!(error.is_decrypt(), "{description}: {error}");
        assert_eq!(
            (error.to_string().as_str(), error.attribute()),
            ("item could not be opened", None)
        );
        assert!(std::error::Error::source(&error).is_none(), "a reason leaked: {description}");
        decrypt += 1;
    }
    assert!(decrypt > 2_000, "only {decrypt} attacks");
    // The header removed, or an attribute that must be binary made something else.
    assert!((4..60).contains(&not_sealed), "{not_sealed}");
}

#[tokio::test]
async fn a_clear_field_may_change_and_nothing_else() {
    let sealer = sealer();
    let item = sealer.seal(&profile("alice")).await.unwrap().into_item();
    let mut opened = 0;
    for tampered in attack::all(&item) {
        // Not bound: the display name. Not noticed: that an optional secret is gone (SECURITY.md;
        // `whole` notices).
        let unbound =
            tampered.attributes.iter().all(|name| name == "display_name" || name == "extra");
        let removed = tampered.touches("api_key") && !tampered.item.contains_key("api_key");
        if unbound || removed {
            opened += usize::from(sealer.open::<Profile>(tampered.item).await.is_ok());
            continue;
        }
        let description = tampered.description.clone();
        let error = refused::<Profile>(&sealer, tampered).await;
        assert!(
            error.is_decrypt() || error.is_not_sealed() || error.is_invalid_item(),
            "{description}: {error}"
        );
    }
    assert!(opened > 0);
}

#[tokio::test]
async fn another_table_key_or_sealer_does_not_open() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "profiles-2")]
    struct Elsewhere {
        #[dynacrypt(partition_key, owner)]
        user_id: String,
        #[dynacrypt(authenticated)]
        role: String,
        #[encrypted]
        ssn: Secret<String>,
    }
    let (ours, theirs) = (sealer(), sealer());
    let item = ours.seal(&profile("alice")).await.unwrap().into_item();
    assert!(ours.open::<Elsewhere>(item.clone()).await.unwrap_err().is_decrypt());
    assert!(theirs.open::<Profile>(item).await.unwrap_err().is_decrypt());
    let elsewhere =
        Elsewhere { user_id: "a".to_owned(), role: "b".to_owned(), ssn: Secret::from("c") };
    let item: Sealed<Elsewhere> = ours.seal(&elsewhere).await.unwrap();
    assert!(ours.open::<Elsewhere>(item.into_item()).await.is_ok());
}

/// The table answers a request for one key with the (perfectly sealed) item of another.
#[tokio::test]
async fn an_item_in_the_wrong_place_is_refused() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    let mut item = world.raw().await;
    item.insert("user_id".to_owned(), AttributeValue::S("mallory".to_owned()));
    world.put_raw(item).await;
    let mallory = Principal::owner("mallory");
    assert!(profiles.get(&mallory, "mallory").await.unwrap_err().is_decrypt());
}

#[tokio::test]
async fn stored_items_are_refused_through_the_repository() {
    let world = World::new::<Document>().await;
    let documents = world.repository::<Document>();
    documents.put(&alice(), &document(1, "alice")).await.unwrap();
    let item = world.raw().await;
    let key = ("inbox", 1_u32);
    let bob = Principal::owner("bob");

    let put = async |change: &dyn Fn(&mut Item)| {
        let mut changed = item.clone();
        change(&mut changed);
        world.put_raw(changed).await;
    };
    // Giving the item to bob makes it his to ask for, and nobody's to open.
    put(&|item| drop(item.insert("owner_id".to_owned(), AttributeValue::S("bob".to_owned()))))
        .await;
    assert!(documents.get(&alice(), key).await.unwrap().is_none());
    assert!(documents.get(&bob, key).await.unwrap_err().is_decrypt());
    put(&|item| drop(item.remove("owner_id"))).await;
    assert!(documents.get(&alice(), key).await.unwrap().is_none());
    put(&|item| drop(item.remove("_dc"))).await;
    assert!(documents.get(&alice(), key).await.unwrap_err().is_not_sealed());
    put(&|item| drop(item.insert("body".to_owned(), AttributeValue::S("plain".to_owned())))).await;
    let error = documents.get(&alice(), key).await.unwrap_err();
    assert!(error.is_not_sealed() && error.attribute() == Some("body"), "{error}");
    put(&|item| drop(item.remove("body"))).await;
    let error = documents.get(&alice(), key).await.unwrap_err();
    assert!(error.is_invalid_item() && error.attribute() == Some("body"), "{error}");
    world.put_raw(item).await;
    assert!(documents.get(&alice(), key).await.unwrap().is_some());
}

#[tokio::test]
async fn sealing_twice_shares_nothing() {
    let sealer = sealer();
    let (a, b) = (
        sealer.seal(&profile("alice")).await.unwrap().into_item(),
        sealer.seal(&profile("alice")).await.unwrap().into_item(),
    );
    for name in ["ssn", "api_key"] {
        let (AttributeValue::B(a), AttributeValue::B(b)) = (&a[name], &b[name]) else {
            panic!("sealed")
        };
        let same = a.as_ref().iter().zip(b.as_ref()).skip(2).filter(|(a, b)| a == b).count();
        assert!(same < 8, "{same} equal bytes in {name}");
    }
}

/// DynamoDB's JSON of an item of strings, numbers and binaries.
fn answer(item: &Item) -> String {
    let attribute = |value: &AttributeValue| match value {
        AttributeValue::S(text) => serde_json::json!({ "S": text }),
        AttributeValue::N(number) => serde_json::json!({ "N": number }),
        AttributeValue::B(blob) => {
            serde_json::json!({ "B": aws_smithy_types::base64::encode(blob.as_ref()) })
        }
        _ => panic!("no such attribute here"),
    };
    let item: serde_json::Map<_, _> =
        item.iter().map(|(name, value)| (name.clone(), attribute(value))).collect();
    serde_json::json!({ "Item": item }).to_string()
}

/// The table answers a request for one key with the genuine, untouched item of another.
#[tokio::test]
async fn an_answer_for_another_key_is_refused() {
    let world = World::new::<Profile>().await;
    let http = FaultyHttp::new();
    let config = world.backend.dynamodb_config().http_client(http.clone()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let profiles = DynamoRepository::<Profile>::new(client, world.sealer.clone())
        .with_table_name(&world.table);
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    let alices = HttpFault::Reply { status: 200, body: answer(&world.raw().await) };

    http.plan("GetItem", 2, alices);
    assert!(profiles.get(&alice(), "alice").await.unwrap().is_some());
    let mallory = Principal::owner("mallory");
    assert!(profiles.get(&mallory, "mallory").await.unwrap_err().is_decrypt());
    assert!(http.is_done());
}
