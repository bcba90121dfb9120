//! Parts of records: opened from the attributes that they list, authenticated as a whole record is,
//! and never without what authenticates them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::{ExposeSecret, LocalKeyProvider, Projection, Record, Sealer, Secret};

type Item = HashMap<String, AttributeValue>;

#[derive(Debug, Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user}",
    sort_key = "ORDER#{number:06}",
    entity = "order"
)]
struct Order {
    #[dynacrypt(owner)]
    user: String,
    number: u32,
    total: u64,
    #[dynacrypt(authenticated)]
    region: Option<String>,
    #[encrypted]
    card: Secret<String>,
    #[encrypted]
    note: Option<Secret<String>>,
}

#[derive(Debug, Projection)]
#[dynacrypt(record = Order)]
struct Payment {
    user: String,
    #[dynacrypt(from = number)]
    order: u32,
    total: u64,
    card: Secret<String>,
}

#[derive(Debug, Projection)]
#[dynacrypt(record = Order)]
struct Total {
    #[dynacrypt(default)]
    total: u64,
    region: Option<String>,
}

fn order() -> Order {
    Order {
        user: "a#b".to_owned(),
        number: 7,
        total: 300,
        region: Some("eu".to_owned()),
        card: Secret::from("CANARY-card"),
        note: Some(Secret::from("CANARY-note")),
    }
}

async fn sealed<R: Record + Sync>(record: &R) -> (Sealer, Item) {
    let sealer = Sealer::new(LocalKeyProvider::generate().unwrap());
    let item = sealer.seal(record).await.unwrap().into_item();
    (sealer, item)
}

/// What a projection expression would leave.
fn part<P: Projection>(item: &Item) -> Item {
    let names = P::attributes();
    item.iter()
        .filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[tokio::test]
async fn a_part_opens_from_what_it_lists() {
    let (sealer, item) = sealed(&order()).await;
    let part_of_it = part::<Payment>(&item);
    assert!(!part_of_it.contains_key("note"));
    for item in [part_of_it, item.clone()] {
        let payment: Payment = sealer.open_projection(item).await.unwrap();
        assert_eq!((payment.user.as_str(), payment.order, payment.total), ("a#b", 7, 300));
        assert_eq!(payment.card.expose_secret(), "CANARY-card");
    }
    let total: Total = sealer.open_projection(part::<Total>(&item)).await.unwrap();
    assert_eq!((total.total, total.region.as_deref()), (300, Some("eu")));

    let mut without = part::<Total>(&item);
    without.remove("total");
    assert_eq!(sealer.open_projection::<Total>(without).await.unwrap().total, 0);
    let mut without = part::<Payment>(&item);
    without.remove("total");
    assert!(sealer.open_projection::<Payment>(without).await.unwrap_err().is_invalid_item());
    // The record itself is not half filled.
    assert!(
        sealer.open::<Order>(part::<Payment>(&item)).await.is_ok_and(|order| order.note.is_none())
    );
    assert!(sealer.open::<Order>(part::<Total>(&item)).await.unwrap_err().is_invalid_item());
}

#[tokio::test]
async fn what_authenticates_a_part_is_required() {
    let (sealer, item) = sealed(&order()).await;
    let part = part::<Payment>(&item);
    let mut without = part.clone();
    without.remove("_dc");
    assert!(sealer.open_projection::<Payment>(without).await.unwrap_err().is_not_sealed());
    for name in ["pk", "sk", "region"] {
        let mut without = part.clone();
        without.remove(name);
        let error = sealer.open_projection::<Payment>(without).await.unwrap_err();
        assert!(error.is_decrypt(), "{name}: {error:?}");
    }
    for (name, text) in [("region", "us"), ("sk", "ORDER#000008"), ("pk", "USER#b")] {
        let mut changed = part.clone();
        changed.insert(name.to_owned(), AttributeValue::S(text.to_owned()));
        let error = sealer.open_projection::<Payment>(changed).await.unwrap_err();
        assert!(error.is_decrypt(), "{name}: {error:?}");
    }
    let mut other_type = part.clone();
    other_type.insert("entity".to_owned(), AttributeValue::S("profile".to_owned()));
    assert!(sealer.open_projection::<Payment>(other_type).await.unwrap_err().is_other_record());

    // Two fields swapped; plaintext in a sealed field, even one that is not read.
    let mut swapped = item.clone();
    swapped.insert("card".to_owned(), item["note"].clone());
    assert!(sealer.open_projection::<Payment>(swapped).await.unwrap_err().is_decrypt());
    let mut plain = item;
    plain.insert("note".to_owned(), AttributeValue::S("plain".to_owned()));
    assert!(sealer.open_projection::<Payment>(plain).await.unwrap_err().is_not_sealed());
}

#[tokio::test]
async fn a_part_of_a_whole_record_needs_every_sealed_attribute() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "whole", whole)]
    struct Whole {
        #[dynacrypt(partition_key, owner)]
        id: String,
        #[encrypted]
        one: Secret<String>,
        #[encrypted]
        two: Option<Secret<String>>,
    }
    #[derive(Debug, Projection)]
    #[dynacrypt(record = Whole)]
    struct One {
        one: Secret<String>,
    }
    let two = Some(Secret::from("CANARY-two"));
    let whole = Whole { id: "a".to_owned(), one: Secret::from("CANARY-one"), two };
    let (sealer, item) = sealed(&whole).await;
    let part = part::<One>(&item);
    assert!(part.contains_key("two"));
    let one: One = sealer.open_projection(part.clone()).await.unwrap();
    assert_eq!(one.one.expose_secret(), "CANARY-one");
    let mut removed = part;
    removed.remove("two");
    assert!(sealer.open_projection::<One>(removed).await.unwrap_err().is_decrypt());
}

/// Authentic, and under a key that the record's template would not have made.
#[tokio::test]
async fn keys_are_compared_with_templates_though_no_field_is_read_from_them() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "shop")]
    struct Plain {
        #[dynacrypt(partition_key)]
        pk: String,
        #[dynacrypt(sort_key)]
        sk: String,
        #[dynacrypt(authenticated)]
        entity: String,
        total: u64,
    }
    for (sk, opens) in [("ORDER#000007", true), ("ORDER#7#", false), ("RETURN#000007", false)] {
        let plain = Plain {
            pk: "USER#a".to_owned(),
            sk: sk.to_owned(),
            entity: "order".to_owned(),
            total: 1,
        };
        let (sealer, item) = sealed(&plain).await;
        let opened = sealer.open_projection::<Total>(item).await;
        assert_eq!(opened.is_ok(), opens, "{sk}: {opened:?}");
    }
}
