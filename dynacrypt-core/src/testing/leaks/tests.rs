//! Tests of the search for canaries.

use aws_smithy_types::Blob;

use super::*;
use crate::testing::tests::{Thing, thing};
use crate::testing::{EmbeddedDynamo, create_table, put_raw};

const CANARY: &str = "canary-4242";

fn places(value: AttributeValue) -> Vec<String> {
    let mut item = thing("1");
    item.insert("a".to_owned(), value);
    let found = find_in_items(&[item], [CANARY]).unwrap();
    assert!(!format!("{found:?}").contains(CANARY));
    found.iter().map(ToString::to_string).collect()
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

#[test]
fn each_type_is_searched_at_each_depth() {
    let numbers = CANARY.bytes().map(|byte| AttributeValue::N(byte.to_string())).collect();
    let inside = [b"\xff\x00", CANARY.as_bytes(), b"\xfe"].concat();
    let nested = AttributeValue::L(vec![
        AttributeValue::Bool(true),
        AttributeValue::M(Item::from([("m".to_owned(), s(&format!("<{CANARY}>")))])),
    ]);
    let named = AttributeValue::M(Item::from([(CANARY.to_owned(), AttributeValue::Null(true))]));
    for (value, place) in [
        (s(CANARY), "item 0, `a`: canary 0, plain"),
        (s("Y2FuYXJ5LTQyNDI="), "item 0, `a`: canary 0, base64"),
        (AttributeValue::B(Blob::new(inside.clone())), "item 0, `a`: canary 0, plain"),
        (
            AttributeValue::Ss(vec!["x".to_owned(), CANARY.to_owned()]),
            "item 0, `a[1]`: canary 0, plain",
        ),
        (AttributeValue::Bs(vec![Blob::new(inside)]), "item 0, `a[0]`: canary 0, plain"),
        (AttributeValue::L(numbers), "item 0, `a`: canary 0, plain"),
        (nested, "item 0, `a[1].m`: canary 0, plain"),
        (named, "item 0, a name at `a.[name]`: canary 0, plain"),
    ] {
        assert_eq!(places(value), [place]);
    }
    assert_eq!(places(s("canary-424")), [""; 0]);
    let number = Item::from([("n".to_owned(), AttributeValue::N("4242424242".to_owned()))]);
    assert_eq!(find_in_items(std::slice::from_ref(&number), ["42424242"]).unwrap().len(), 1);
    let set = Item::from([("n".to_owned(), AttributeValue::Ns(vec!["4242424242".to_owned()]))]);
    assert_eq!(find_in_items(&[number, set], ["42424242"]).unwrap().len(), 2);
}

async fn table_with(items: &[(&str, AttributeValue)]) -> EmbeddedDynamo {
    let dynamodb = EmbeddedDynamo::start().unwrap();
    create_table::<Thing>(dynamodb.client(), "things").await.unwrap();
    for (id, value) in items {
        let mut item = thing(id);
        item.insert("a".to_owned(), value.clone());
        put_raw(dynamodb.client(), "things", item).await.unwrap();
    }
    dynamodb
}

#[tokio::test]
async fn a_clean_table_passes() {
    let dynamodb = table_with(&[("1", s("harmless")), ("2", AttributeValue::Null(true))]).await;
    assert_no_plaintext!(
        dynamodb.client(),
        "things",
        [CANARY, String::from("another"), b"raw bytes"]
    );
    let canaries = vec![CANARY.to_owned()];
    crate::assert_no_plaintext!(dynamodb.client(), "things", &canaries);
}

#[tokio::test]
#[should_panic(expected = "plaintext is stored:\n  item 0, `a`: canary 1, plain")]
async fn a_canary_in_the_table_panics() {
    let dynamodb = table_with(&[("1", s(CANARY))]).await;
    assert_no_plaintext!(dynamodb.client(), "things", ["another", CANARY]);
}

#[tokio::test]
#[should_panic(expected = "nothing is proved: there are no items")]
async fn an_empty_table_panics() {
    let dynamodb = table_with(&[]).await;
    assert_no_plaintext!(dynamodb.client(), "things", [CANARY]);
}

#[tokio::test]
#[should_panic(expected = "nothing is proved: no canary")]
async fn no_canary_panics() {
    let dynamodb = table_with(&[("1", s("harmless"))]).await;
    assert_no_plaintext!(dynamodb.client(), "things", []);
}

#[tokio::test]
#[should_panic(expected = "nothing is proved: a canary has fewer than 4 bytes")]
async fn a_short_canary_panics() {
    let dynamodb = table_with(&[("1", s("harmless"))]).await;
    assert_no_plaintext!(dynamodb.client(), "things", [CANARY, "abc"]);
}

#[tokio::test]
#[should_panic(expected = "nothing is proved: the table cannot be read: table does not exist")]
async fn a_missing_table_panics() {
    let dynamodb = table_with(&[]).await;
    assert_no_plaintext!(dynamodb.client(), "no-things", [CANARY]);
}

#[test]
fn a_text_without_it_passes() {
    assert_absent("some log line", [CANARY]);
    assert_absent(vec![1, 2, 3], [CANARY.as_bytes()]);
}

#[test]
#[should_panic(expected = "plaintext in the text at byte 5: canary 0, plain")]
fn a_text_with_it_panics() {
    assert_absent(format!("line {CANARY}"), [CANARY]);
}

#[test]
#[should_panic(expected = "nothing is proved: the text is empty")]
fn an_empty_text_panics() {
    assert_absent("", [CANARY]);
}
