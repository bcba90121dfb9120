//! Values that do not fit their field or their attribute: the error names the attribute and both
//! types, and never a value.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::codec::Set;
use dynacrypt::context::Number;
use dynacrypt::{LocalKeyProvider, Principal, Record, Repository, Sealer, Secret};

use crate::types::{Bound, Plain, Plan, bound, plain};
use crate::world::{World, alice};

#[tokio::test]
async fn what_cannot_be_stored_names_attribute_and_type() {
    let world = World::new::<Plain>().await;
    let repository = world.repository::<Plain>();
    let paid = |cents| Plan::Paid { cents, codes: Set(BTreeSet::new()) };
    for (record, attribute, place) in [
        (Plain { wide: u128::MAX, ..plain() }, "wide", "`u128`"),
        (Plain { narrow: i128::MIN, ..plain() }, "narrow", "`i128`"),
        (Plain { other_plan: paid(u128::MAX), ..plain() }, "other_plan", "at `cents`"),
        (Plain { ratio: f64::INFINITY, ..plain() }, "ratio", "`f64`"),
    ] {
        let error = repository.put(&alice(), &record).await.unwrap_err();
        assert!(error.is_invalid_record(), "{error}");
        assert_eq!(error.attribute(), Some(attribute));
        let shown = error.to_string();
        assert!(shown.contains(place) && shown.contains("does not keep exactly"), "{shown}");
        assert!(!shown.contains("340282366920938463463374607431768211455"), "{shown}");
    }
}

#[tokio::test]
async fn a_sealed_integer_of_128_bits_is_refused_in_words() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "wide")]
    struct Wide {
        #[dynacrypt(partition_key, owner)]
        id: String,
        #[encrypted]
        secret: Secret<u128>,
        #[encrypted]
        exact: Option<Secret<Number>>,
    }
    let sealer = Sealer::new(LocalKeyProvider::generate().expect("key"));
    let record = Wide { id: "alice".to_owned(), secret: Secret::new(1), exact: None };
    let error = sealer.seal(&record).await.unwrap_err();
    assert!(error.is_invalid_record() && error.attribute() == Some("secret"), "{error}");
    assert!(error.to_string().contains("128 bits"), "{error}");
}

#[tokio::test]
async fn what_does_not_fit_names_both_types() {
    let world = World::new::<Plain>().await;
    let repository = world.repository::<Plain>();
    repository.put(&alice(), &plain()).await.unwrap();
    let raw = world.raw().await;
    let s = || AttributeValue::S("CANARY".to_owned());
    let address = |zip| {
        let mut address = raw["address"].as_m().unwrap().clone();
        address.insert("zip".to_owned(), zip);
        AttributeValue::M(address)
    };
    for (name, found, message) in [
        ("byte", Some(s()), "attribute `byte` (`i8`): expected `i8`, found S"),
        (
            "byte",
            Some(AttributeValue::N("424242".to_owned())),
            "attribute `byte` (`i8`): found N out of range for `i8`",
        ),
        ("byte", None, "attribute `byte` (`i8`): the attribute is missing"),
        (
            "flag",
            Some(AttributeValue::Null(true)),
            "attribute `flag` (`bool`): expected `bool`, found NULL",
        ),
        ("decimal", Some(s()), ": expected `Number`, found S"),
        ("set", Some(s()), ": expected a list or set, found S"),
        ("address", Some(address(s())), ": at `zip`: expected `u32`, found S"),
    ] {
        let mut changed = raw.clone();
        match found {
            Some(value) => changed.insert(name.to_owned(), value),
            None => changed.remove(name),
        };
        world.put_raw(changed).await;
        let error = repository.get(&alice(), "alice").await.unwrap_err();
        assert!(error.is_invalid_item() && error.attribute() == Some(name), "{error}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(message), "{shown}");
        assert!(!shown.contains("CANARY") && !shown.contains("424242"), "{shown}");
    }
}

/// It is part of the context, which then does not agree: the error is that of any tampering.
#[tokio::test]
async fn a_bound_attribute_of_another_type_says_nothing() {
    let world = World::new::<Bound>().await;
    let repository = world.repository::<Bound>();
    let owner = Principal::owner(bound().id.to_string());
    repository.put(&owner, &bound()).await.unwrap();
    let mut raw = world.raw().await;
    raw.insert("amount".to_owned(), AttributeValue::S("1".to_owned()));
    world.put_raw(raw).await;
    let error = repository.get(&owner, (bound().id, bound().at)).await.unwrap_err();
    assert!(error.is_decrypt() && error.attribute().is_none(), "{error}");
}
