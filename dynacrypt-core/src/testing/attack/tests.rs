//! Tests of the attacks: each changes something, says what, and shows no value.

use std::collections::HashSet;

use aws_sdk_dynamodb::primitives::Blob;

use super::*;

const CANARY: &str = "CANARY";

fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

fn item(id: &str) -> Item {
    let attributes = [
        ("id", AttributeValue::S(id.to_owned())),
        ("_dc", b(b"\x01\x02\x03")),
        ("ssn", b(b"CANARY-1")),
        ("pin", b(b"CANARY-2")),
        ("same", b(b"CANARY-2")),
        ("role", AttributeValue::S("CANARY reader".to_owned())),
        ("age", AttributeValue::N("42".to_owned())),
        ("active", AttributeValue::Bool(false)),
        ("tags", AttributeValue::Ss(vec![CANARY.to_owned()])),
    ];
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn check(original: &Item, attacks: impl Iterator<Item = Tampered>) -> Vec<Tampered> {
    let attacks: Vec<_> = attacks.collect();
    let mut descriptions = HashSet::new();
    for attack in &attacks {
        assert_ne!(attack.item, *original, "{attack:?} changes nothing");
        assert!(!format!("{attack:?}").contains(CANARY));
        assert!(descriptions.insert(&attack.description), "{attack:?} twice");
        let mut differing: Vec<_> = names(original);
        differing.extend(names(&attack.item));
        differing.sort_unstable();
        differing.dedup();
        differing.retain(|name| original.get(*name) != attack.item.get(*name));
        assert_eq!(attack.attributes, differing, "{attack:?}");
    }
    attacks
}

#[test]
fn byte_attacks_are_complete() {
    let item = item("1");
    let flips = check(&item, bit_flips(&item, "_dc"));
    let distinct: HashSet<_> =
        flips.iter().map(|flip| binary(&flip.item, "_dc").unwrap().to_vec()).collect();
    assert_eq!((flips.len(), distinct.len()), (24, 24));
    for flip in &flips {
        let changed = binary(&flip.item, "_dc")
            .unwrap()
            .iter()
            .zip(b"\x01\x02\x03")
            .map(|(a, b)| (a ^ b).count_ones());
        assert_eq!(changed.sum::<u32>(), 1, "{flip:?}");
    }
    assert_eq!(flips[9].description, "attribute `_dc`: bit 1 of byte 1 flipped");
    let cut: Vec<_> = check(&item, truncations(&item, "_dc"))
        .iter()
        .map(|cut| binary(&cut.item, "_dc").unwrap().to_vec())
        .collect();
    assert_eq!(cut, [&[1_u8, 2][..], &[1], &[], &[2, 3], &[3]]);
    let longer = check(&item, extensions(&item, "_dc"));
    assert_eq!(longer.len(), 8);
    assert_eq!(binary(&longer[0].item, "_dc"), Some(&[1, 2, 3, 0][..]));
    assert_eq!(binary(&longer[7].item, "_dc"), Some(&[0xff, 1, 2, 3][..]));
    for name in ["role", "absent"] {
        assert_eq!(
            bit_flips(&item, name)
                .chain(truncations(&item, name))
                .chain(extensions(&item, name))
                .count(),
            0
        );
    }
}

#[test]
fn moves_within_an_item() {
    let item = item("1");
    let swapped = check(&item, swaps(&item));
    // Four binary attributes make six pairs, and one of them is of equal values.
    assert_eq!(swapped.len(), 5);
    let one = swapped.iter().find(|swap| swap.attributes == ["pin", "ssn"]).unwrap();
    assert_eq!((&one.item["pin"], &one.item["ssn"]), (&item["ssn"], &item["pin"]));
    let copied = check(&item, copies(&item));
    assert_eq!(copied.len(), 10);
    assert!(copied.iter().any(|copy| copy.attributes == ["pin"]
        && copy.item["pin"] == item["ssn"]
        && copy.item["ssn"] == item["ssn"]));
    let removed = check(&item, removals(&item));
    assert_eq!(removed.len(), item.len());
    assert!(removed.iter().all(|removal| removal.item.len() == item.len() - 1));
}

#[test]
fn moves_between_items() {
    let (mine, mut theirs) = (item("1"), item("2"));
    for (name, bytes) in [("_dc", b"\x09\x02"), ("ssn", b"zz")] {
        theirs.insert(name.to_owned(), b(bytes));
    }
    theirs.insert("role".to_owned(), AttributeValue::S("admin".to_owned()));
    theirs.insert("new".to_owned(), b(b"added"));
    let attacks = check(&mine, transplants(&mine, &theirs, &["id"]));
    let touched: Vec<_> = attacks.iter().map(|attack| attack.attributes.join(" ")).collect();
    assert_eq!(touched, ["_dc", "new", "role", "ssn", "_dc new ssn", "_dc new role ssn"]);
    let mut whole = theirs.clone();
    whole.insert("id".to_owned(), mine["id"].clone());
    assert_eq!(attacks.last().unwrap().item, whole);
    assert_eq!(transplants(&mine, &mine, &["id"]).count(), 0);
}

#[test]
fn rollbacks_bring_back_all_and_each() {
    let (new, mut old) = (item("1"), item("1"));
    old.insert("ssn".to_owned(), b(b"old"));
    old.remove("tags");
    old.insert("gone".to_owned(), AttributeValue::Bool(true));
    let attacks = check(&new, rollbacks(&new, &old));
    let touched: Vec<_> = attacks.iter().map(|attack| attack.attributes.join(" ")).collect();
    assert_eq!(touched, ["gone ssn tags", "gone", "ssn", "tags"]);
    assert_eq!(attacks[0].item, old);
    assert_eq!(rollbacks(&new, &new).count(), 0);
}

#[test]
fn values_and_types_change() {
    let item = item("1");
    let changed = check(&item, value_changes(&item));
    for name in ["id", "role", "age", "active"] {
        assert!(changed.iter().any(|change| change.touches(name)), "{name}");
    }
    for change in &changed {
        let name = change.attributes[0].as_str();
        let same =
            std::mem::discriminant(&change.item[name]) == std::mem::discriminant(&item[name]);
        assert!(same, "{change:?} is of another type");
    }
    let retyped = check(&item, type_changes(&item));
    for name in names(&item) {
        assert!(retyped.iter().filter(|change| change.touches(name)).count() >= 6, "{name}");
    }
    assert!(retyped.iter().any(|change| change.touches("ssn")
        && change.item["ssn"] == AttributeValue::S("Q0FOQVJZLTE=".to_owned())));
    for number in ["0", "0.0", "-5", "1.5", "7"] {
        let item = Item::from([("n".to_owned(), AttributeValue::N(number.to_owned()))]);
        assert!(check(&item, value_changes(&item)).len() >= 3, "{number}");
    }
}

#[test]
fn all_is_in_the_same_order_each_time() {
    let item = item("1");
    let attacks = check(&item, all(&item));
    let again: Vec<_> = all(&item.clone()).collect();
    assert_eq!(attacks, again);
    assert!(attacks.len() > 8 * 8);
}
