//! Keys made by templates: whatever the values, no key becomes another; keys come back, keep the order
//! of their values, and say who the owner is; several record types share a table.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::record::{IntoKey, Key};
use dynacrypt::testing::assert_no_plaintext;
use dynacrypt::{LocalKeyProvider, Principal, Record, Repository, Sealer, Secret};
use futures_util::FutureExt;
use proptest::prelude::*;

use crate::world::{CANARIES, SSN, World, alice, bob};

#[derive(Debug, Clone, PartialEq, Eq)]
struct Values {
    user: String,
    placed: String,
    number: u32,
}

#[derive(Debug, Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user}",
    sort_key = "ORDER#{placed}#{number:010}",
    entity = "order"
)]
struct Order {
    #[dynacrypt(owner)]
    user: String,
    placed: String,
    number: u32,
    #[encrypted]
    card: Secret<String>,
}

#[derive(Debug, Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user}",
    sort_key = "PROFILE",
    entity = "profile"
)]
struct Profile {
    #[dynacrypt(owner)]
    user: String,
    name: String,
    #[encrypted]
    ssn: Secret<String>,
}

/// Of the same shape as an order, and told apart by its literal alone.
#[derive(Debug, Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user}",
    sort_key = "RETURN#{placed}#{number:010}"
)]
struct Return {
    #[dynacrypt(owner)]
    user: String,
    placed: String,
    number: u32,
}

/// Two texts side by side in one key.
#[derive(Debug, Record)]
#[dynacrypt(table = "two", partition_key = "LEFT#{left}#RIGHT#{right}")]
struct Two {
    left: String,
    right: String,
}

/// Texts of characters that mean something to a template, and their neighbours.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof!["[#$a %!\u{0}c]{0,4}", ".{0,6}", "(USER|ORDER|PROFILE|#|\\$|0){0,4}"]
}

prop_compose! {
    fn values()(user in hostile(), placed in hostile(), number in any::<u32>()) -> Values {
        Values { user, placed, number }
    }
}

fn order(values: &Values) -> Order {
    let Values { user, placed, number } = values.clone();
    Order { user, placed, number, card: Secret::from(SSN) }
}

fn text(item: &HashMap<String, AttributeValue>, name: &str) -> String {
    item[name].as_s().expect("a text").clone()
}

fn key_of(values: &Values) -> (String, String) {
    let Values { user, placed, number } = values;
    pair(&(user.as_str(), (placed.as_str(), *number)).into_key())
}

fn pair(key: &Key<Order>) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("a text");
    (text(key.partition().as_bytes()), text(key.sort().expect("a sort key").as_bytes()))
}

fn sealer() -> Sealer {
    Sealer::new(LocalKeyProvider::generate().expect("key"))
}

fn seal<R: Record + Sync>(sealer: &Sealer, record: &R) -> HashMap<String, AttributeValue> {
    sealer.seal(record).now_or_never().expect("local").expect("seals").into_item()
}

proptest! {
    #[test]
    fn values_come_back_and_are_looked_up_by_what_they_are(values in values()) {
        let sealer = sealer();
        let item = seal(&sealer, &order(&values));
        prop_assert_eq!(key_of(&values), (text(&item, "pk"), text(&item, "sk")));
        let opened: Order = sealer.open(item).now_or_never().unwrap().unwrap();
        let Order { user, placed, number, .. } = opened;
        prop_assert_eq!(Values { user, placed, number }, values);
    }

    #[test]
    fn two_lists_of_values_never_give_one_key(a in values(), b in values()) {
        prop_assert_eq!(key_of(&a) == key_of(&b), a == b);
    }

    /// What stands on one side of a delimiter never gets to the other, though the text between them is
    /// the same.
    #[test]
    fn moving_a_piece_of_a_value_gives_another_key(x in hostile(), y in hostile(), z in hostile()) {
        let key = |left: String, right: String| Key::<Two>::at((left, right));
        let before = key(format!("{x}#RIGHT#{y}"), z.clone());
        let after = key(x, format!("{y}#RIGHT#{z}"));
        prop_assert_ne!(before.partition(), after.partition());
    }

    #[test]
    fn keys_sort_as_their_values_do(a in values(), b in values()) {
        prop_assert_eq!(
            (&a.user, &a.placed, a.number).cmp(&(&b.user, &b.placed, b.number)),
            key_of(&a).cmp(&key_of(&b))
        );
    }

    #[test]
    fn templates_of_other_literals_never_meet(values in values(), others in values()) {
        let Values { user, placed, number } = others;
        let sealer = sealer();
        let one = seal(&sealer, &order(&values));
        let profile = Profile { user: user.clone(), name: String::new(), ssn: Secret::from(SSN) };
        let profile = seal(&sealer, &profile);
        let other = seal(&sealer, &Return { user, placed, number });
        prop_assert_ne!(text(&one, "sk"), text(&other, "sk"));
        prop_assert_ne!(text(&one, "sk"), text(&profile, "sk"));
        prop_assert_ne!(text(&other, "sk"), text(&profile, "sk"));
    }

    /// The owner of a key is the one whose value stands in it, and no other.
    #[test]
    fn an_owner_is_told_by_the_key(values in values(), other in hostile()) {
        prop_assume!(!other.is_empty());
        let key: Key<Order> = (values.user.as_str(), (values.placed.as_str(), values.number)).into_key();
        let checked = dynacrypt::access::check_key(&Principal::owner(&other), "get", key);
        prop_assert_eq!(checked.is_ok(), other == values.user);
    }
}

#[tokio::test]
async fn several_record_types_share_a_table() {
    let world = World::new::<Order>().await;
    let (orders, profiles) = (world.repository::<Order>(), world.repository::<Profile>());
    let values = Values { user: "alice".to_owned(), placed: "2026-01-02".to_owned(), number: 7 };
    orders.put(&alice(), &order(&values)).await.unwrap();
    let profile =
        Profile { user: "alice".to_owned(), name: "Alice".to_owned(), ssn: Secret::from(SSN) };
    profiles.put(&alice(), &profile).await.unwrap();

    let key = ("alice", ("2026-01-02", 7));
    let found = orders.get(&alice(), key).await.unwrap().unwrap();
    assert_eq!(
        (found.user.as_str(), found.placed.as_str(), found.number),
        ("alice", "2026-01-02", 7)
    );
    assert_eq!(profiles.get(&alice(), "alice").await.unwrap().unwrap().name, "Alice");
    let items =
        dynacrypt::testing::raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    assert_eq!(items.len(), 2);
    for item in &items {
        assert!(!item.contains_key("user") && !item.contains_key("placed"), "in the key alone");
    }
    assert_no_plaintext!(world.backend.dynamodb(), &world.table, CANARIES);

    assert!(orders.get(&bob(), key).await.unwrap_err().is_access_denied());
    assert!(profiles.get(&bob(), "alice").await.unwrap_err().is_access_denied());
    assert!(orders.put(&bob(), &order(&values)).await.unwrap_err().is_access_denied());
    assert!(orders.delete(&alice(), key).await.unwrap());
    assert!(orders.get(&alice(), key).await.unwrap().is_none());
    assert!(profiles.get(&alice(), "alice").await.unwrap().is_some());
}

/// One item under the key of the other type: told apart, and not opened even if it lies.
#[tokio::test]
async fn an_item_does_not_open_as_another_record_type() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "shop", partition_key = "{a}", sort_key = "{b}", entity = "loose")]
    struct Loose {
        a: String,
        b: String,
        name: String,
        #[encrypted]
        ssn: Secret<String>,
    }
    let sealer = sealer();
    let loose = Loose {
        a: "USER".to_owned(),
        b: "PROFILE".to_owned(),
        name: "Alice".to_owned(),
        ssn: Secret::from(SSN),
    };
    let item = seal(&sealer, &loose);
    assert!(sealer.open::<Loose>(item.clone()).await.is_ok());
    assert!(sealer.open::<Profile>(item.clone()).await.unwrap_err().is_other_record());
    let mut lying = item.clone();
    lying.insert("entity".to_owned(), AttributeValue::S("profile".to_owned()));
    assert!(sealer.open::<Profile>(lying).await.unwrap_err().is_decrypt());
    let mut silent = item;
    silent.remove("entity");
    assert!(sealer.open::<Loose>(silent).await.unwrap_err().is_other_record());
}

/// Sealed by a record type that goes by no template, and so authentic: its keys are not those that
/// the template would have made.
#[tokio::test]
async fn a_key_that_its_template_did_not_make_is_refused() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "both", partition_key = "{user}", sort_key = "{user}")]
    struct Both {
        #[dynacrypt(owner)]
        user: String,
    }
    #[derive(Debug, Record)]
    #[dynacrypt(table = "both", partition_key = "USER#{user}", sort_key = "PROFILE")]
    struct Constant {
        #[dynacrypt(owner)]
        user: String,
    }
    #[derive(Debug, Record)]
    #[dynacrypt(table = "both", partition_key = "{number:04}", sort_key = "{user}")]
    struct Padded {
        number: u32,
        #[dynacrypt(owner)]
        user: String,
    }
    #[derive(Debug, Record)]
    #[dynacrypt(table = "both")]
    struct Plain {
        #[dynacrypt(partition_key)]
        pk: String,
        #[dynacrypt(sort_key)]
        sk: String,
    }
    let sealer = sealer();
    let plain = |pk: &str, sk: &str| seal(&sealer, &Plain { pk: pk.to_owned(), sk: sk.to_owned() });

    assert_eq!(sealer.open::<Both>(plain("a", "a")).await.unwrap().user, "a");
    let error = sealer.open::<Both>(plain("a", "b")).await.unwrap_err();
    assert!(error.is_invalid_item(), "{error:?}");
    assert_eq!(sealer.open::<Constant>(plain("USER#a", "PROFILE")).await.unwrap().user, "a");
    for (pk, sk) in
        [("USER#a", "PROFILES"), ("USER#a#b", "PROFILE"), ("USER#a b", "PROFILE"), ("a", "PROFILE")]
    {
        let error = sealer.open::<Constant>(plain(pk, sk)).await.unwrap_err();
        assert!(error.is_invalid_item(), "{pk} {sk}: {error:?}");
    }
    assert_eq!(sealer.open::<Padded>(plain("0007", "a")).await.unwrap().number, 7);
    for pk in ["7", "007", "00007", "+007", "7.00"] {
        let error = sealer.open::<Padded>(plain(pk, "a")).await.unwrap_err();
        assert!(error.is_invalid_item(), "{pk}: {error:?}");
    }
}
