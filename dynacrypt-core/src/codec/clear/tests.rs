//! Clear fields against serde_dynamo, which tables that move here were written with; what it cannot
//! do; and what errors say.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::primitives::Blob;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;
use crate::codec::{Binary, Set};
use crate::context::Number;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Unit,
    Newtype(i64),
    Tuple(u8, String),
    Struct { a: Option<char>, b: f64, c: Vec<Shape> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Marker;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Pair(i16, bool);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Flag(bool),
    Count(u64),
    Ratio(f64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    text: String,
    small: i8,
    large: u64,
    ratio: f32,
    letter: char,
    bytes: Binary,
    marker: Marker,
    pair: Pair,
    array: [u16; 3],
    maybe: Option<Box<Everything>>,
    shapes: Vec<Shape>,
    by_name: BTreeMap<String, Option<i32>>,
    by_number: BTreeMap<i32, bool>,
    by_flag: BTreeMap<bool, u8>,
    untagged: Vec<Untagged>,
    #[serde(flatten)]
    more: BTreeMap<String, i64>,
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Unit),
        any::<i64>().prop_map(Shape::Newtype),
        (any::<u8>(), ".*").prop_map(|(a, b)| Shape::Tuple(a, b)),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        (option::of(any::<char>()), ratio(), vec(inner, 0..3)).prop_map(|(a, b, c)| Shape::Struct {
            a,
            b,
            c,
        })
    })
}

/// Floats that DynamoDB keeps.
fn ratio() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("in range", |value| {
        value.is_finite() && (*value == 0.0 || (1e-120..1e120).contains(&value.abs()))
    })
}

fn untagged() -> impl Strategy<Value = Untagged> {
    prop_oneof![
        any::<bool>().prop_map(Untagged::Flag),
        any::<u64>().prop_map(Untagged::Count),
        ratio().prop_filter("no integer", |value| value.fract() != 0.0).prop_map(Untagged::Ratio),
        ".*".prop_map(Untagged::Text),
    ]
}

prop_compose! {
    fn flat()(
        text in ".*", small: i8, large: u64, ratio in -1e30_f32..1e30, letter: char,
        bytes in vec(any::<u8>(), 0..20), pair in any::<(i16, bool)>(), array: [u16; 3],
        shapes in vec(shape(), 0..3), by_name in btree_map(".*", option::of(any::<i32>()), 0..4),
        more in btree_map("extra_[a-z]{1,3}", any::<i64>(), 0..3),
        rest in (btree_map(any::<i32>(), any::<bool>(), 0..3), vec(untagged(), 0..4)),
    ) -> Everything {
        let (by_number, untagged) = rest;
        Everything {
            text, small, large, ratio, letter, bytes: Binary(bytes), marker: Marker,
            pair: Pair(pair.0, pair.1), array, maybe: None, shapes, by_name, by_number,
            by_flag: [(true, 7)].into(), untagged, more,
        }
    }
}

fn everything() -> impl Strategy<Value = Everything> {
    (flat(), option::of(flat()))
        .prop_map(|(outer, inner)| Everything { maybe: inner.map(Box::new), ..outer })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// What serde_dynamo writes we write, and each reads what the other wrote.
    #[test]
    fn as_serde_dynamo_does(value in everything()) {
        let ours = to_attribute(&value).unwrap().unwrap();
        let theirs: AttributeValue = serde_dynamo::to_attribute_value(&value).unwrap();
        prop_assert_eq!(&ours, &theirs);
        prop_assert_eq!(&from_attribute::<Everything>(Some(theirs)).unwrap(), &value);
        prop_assert_eq!(&serde_dynamo::from_attribute_value::<_, Everything>(ours).unwrap(), &value);
    }

    #[test]
    fn wide_integers_come_back_or_are_refused(signed: i128, unsigned: u128, down in prop_oneof![0..3_u32, 0..127_u32]) {
        let (signed, unsigned) = (signed >> down, unsigned >> down);
        for kept in [to_attribute(&signed), to_attribute(&vec![signed])] {
            prop_assert_eq!(kept.is_ok(), Number::try_from(signed).is_ok());
        }
        if let Ok(attribute) = to_attribute(&unsigned) {
            prop_assert_eq!(&attribute, &Some(AttributeValue::N(unsigned.to_string())));
            prop_assert_eq!(from_attribute(attribute), Ok(unsigned));
        }
    }

    #[test]
    fn decimals_come_back(digits in "-?[1-9][0-9]{0,37}", exponent in -130..88_i32) {
        let number = Number::parse(&format!("{digits}e{exponent}"));
        prop_assume!(number.is_some());
        let value = BTreeMap::from([("price", vec![number.unwrap()])]);
        let attribute = to_attribute(&value).unwrap();
        let read: BTreeMap<String, Vec<Number>> = from_attribute(attribute).unwrap();
        prop_assert_eq!(&read["price"], &value["price"]);
    }
}

#[test]
fn none_is_absent_and_back() {
    assert_eq!(to_attribute(&None::<String>), Ok(None));
    assert_eq!(from_attribute::<Option<String>>(None), Ok(None));
    assert_eq!(from_attribute::<Option<u8>>(Some(AttributeValue::Null(true))), Ok(None));
    assert_eq!(from_attribute::<String>(None), Err(AttributeError::missing()));
}

#[test]
fn numbers_that_dynamodb_would_not_keep_are_refused() {
    for bad in [f64::NAN, f64::INFINITY, 1e300, 1e-300] {
        assert!(to_attribute(&bad).is_err() && to_attribute(&vec![Some(bad)]).is_err());
    }
    assert_eq!(to_attribute(&0.5_f64), Ok(Some(AttributeValue::N("0.5".to_owned()))));
    let widest = 10_u128.pow(38) - 1;
    assert_eq!(to_attribute(&widest), Ok(Some(AttributeValue::N("9".repeat(38)))));
    assert!(to_attribute(&(widest + 2)).is_err());
    assert!(to_attribute(&i128::MIN).is_err());
}

#[test]
fn decimals_keep_every_digit_inside_structures() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Price {
        amount: Number,
        by_rate: HashMap<Number, Option<Number>>,
    }
    let number = |text| Number::parse(text).unwrap();
    let digits = "0.12345678901234567890123456789012345678";
    let by_rate = HashMap::from([(number("1.5"), Some(number("-7"))), (number("2"), None)]);
    let price = Price { amount: number(digits), by_rate };
    let attribute = to_attribute(&price).unwrap().unwrap();
    let entries = attribute.as_m().unwrap();
    assert_eq!(entries["amount"], AttributeValue::N(digits.to_owned()));
    assert_eq!(from_attribute::<Price>(Some(attribute)), Ok(price));
}

#[test]
fn sets_stand_anywhere() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Tags {
        names: Set<Vec<String>>,
        sizes: Set<Vec<i64>>,
        none: Set<Vec<String>>,
        #[serde(with = "serde_dynamo::string_set")]
        theirs: Vec<String>,
    }
    let names = vec!["a".to_owned(), "b".to_owned()];
    let tags = Tags {
        names: Set(names.clone()),
        sizes: Set(vec![1, -2]),
        none: Set(Vec::new()),
        theirs: names.clone(),
    };
    let attribute = to_attribute(&tags).unwrap().unwrap();
    let entries = attribute.as_m().unwrap();
    assert_eq!(entries["names"], AttributeValue::Ss(names.clone()));
    assert_eq!(entries["sizes"], AttributeValue::Ns(vec!["1".to_owned(), "-2".to_owned()]));
    assert_eq!(entries["none"], AttributeValue::L(Vec::new()));
    assert_eq!(entries["theirs"], AttributeValue::Ss(names));
    assert_eq!(from_attribute::<Tags>(Some(attribute)), Ok(tags));

    assert!(to_attribute(&Set(vec![1, 1])).is_err());
    assert!(to_attribute(&Set((1, "a"))).is_err());
    assert!(to_attribute(&Set(vec![true])).is_err());
    assert!(to_attribute(&Set("text")).is_err());
}

#[test]
fn what_is_no_key_is_an_error() {
    // serde_dynamo panics at the first two.
    assert!(to_attribute(&HashMap::from([(vec![1_u8], 1)])).is_err());
    assert!(to_attribute(&HashMap::from([(BTreeMap::<u8, u8>::new(), 1)])).is_err());
    assert!(to_attribute(&HashMap::from([(Binary(vec![1]), 1)])).is_err());
    assert!(to_attribute(&HashMap::from([(Some(1), 1)])).is_err());
    assert!(to_attribute(&HashMap::from([((1, 2), 1)])).is_err());
}

#[test]
fn other_writers_forms_of_a_number_are_read() {
    for text in ["5", "5.0", "5E0", "0.5e1", "05"] {
        assert_eq!(from_attribute(Some(AttributeValue::N(text.to_owned()))), Ok(5_u8), "{text}");
    }
}

#[test]
fn errors_name_both_types_and_the_place_and_no_value() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Address {
        zip: u32,
        lines: Vec<String>,
        #[serde(default)]
        kind: Option<Kind>,
        #[serde(default)]
        by_name: BTreeMap<String, u8>,
    }
    #[derive(Debug, Serialize, Deserialize)]
    enum Kind {
        Home,
        Work(u8),
    }
    let s = |text: &str| AttributeValue::S(text.to_owned());
    let n = |text: &str| AttributeValue::N(text.to_owned());
    let m = |entries: Vec<(&str, AttributeValue)>| {
        AttributeValue::M(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    };
    let zip = || ("zip", n("1"));
    let lines = || ("lines", AttributeValue::L(vec![s("CANARY")]));
    for (attribute, message) in [
        (s("CANARY"), "expected `Address`, found S"),
        (m(vec![lines()]), "`zip` is missing"),
        (m(vec![lines(), ("zip", s("CANARY"))]), "at `zip`: expected `u32`, found S"),
        (m(vec![lines(), ("zip", n("-424242"))]), "at `zip`: found N out of range for `u32`"),
        (m(vec![lines(), ("zip", n("42.4242"))]), "at `zip`: found N out of range for `u32`"),
        (m(vec![zip(), ("lines", s("CANARY"))]), "at `lines`: expected a list or set, found S"),
        (
            m(vec![zip(), ("lines", AttributeValue::L(vec![s("CANARY"), n("424242")]))]),
            "at `lines[]`: expected `String`, found N",
        ),
        (
            m(vec![zip(), lines(), ("kind", s("CANARY"))]),
            "at `kind`: the attribute names a variant that the enum does not have",
        ),
        (
            m(vec![zip(), lines(), ("kind", m(vec![("Work", s("CANARY"))]))]),
            "at `kind`: expected `u8`, found S",
        ),
        (
            m(vec![zip(), lines(), ("by_name", m(vec![("CANARY", n("424242"))]))]),
            "at `by_name`: found N out of range for `u8`",
        ),
    ] {
        let error = from_attribute::<Address>(Some(attribute)).unwrap_err();
        assert_eq!(error.to_string(), message);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("CANARY") && !shown.contains("4242"), "{shown}");
    }
    let error = from_attribute::<u8>(Some(s("CANARY"))).unwrap_err();
    assert_eq!(error.to_string(), "expected `u8`, found S");
    let error = from_attribute::<[u8; 1]>(Some(AttributeValue::L(vec![n("1"), n("2")])));
    assert!(error.unwrap_err().to_string().contains("more elements"));
    let error = from_attribute::<char>(Some(s("CANARY"))).unwrap_err();
    assert_eq!(error.to_string(), "found S that is no value of `char`");
    let error = to_attribute(&BTreeMap::from([("a", vec![f64::NAN])])).unwrap_err();
    assert!(error.to_string().contains("does not keep exactly"), "{error}");
}

#[test]
fn depth_is_bounded() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Nested(Vec<Nested>);
    let mut value = Nested(Vec::new());
    let mut attribute = AttributeValue::L(Vec::new());
    for _ in 0..300 {
        value = Nested(vec![value]);
        attribute = AttributeValue::L(vec![attribute]);
    }
    assert!(to_attribute(&value).is_err());
    assert!(from_attribute::<Nested>(Some(attribute)).is_err());
}

prop_compose! {
    fn any_leaf()(which in 0..8, text in ".{0,6}", number in "-?[0-9]{1,40}(\\.[0-9]{1,3})?(e[0-9]{1,4})?") -> AttributeValue {
        match which {
            0 => AttributeValue::S(text),
            1 => AttributeValue::N(number),
            2 => AttributeValue::N(text),
            3 => AttributeValue::B(Blob::new(text)),
            4 => AttributeValue::Bool(true),
            5 => AttributeValue::Ss(vec![text]),
            6 => AttributeValue::Ns(vec![number, text]),
            _ => AttributeValue::Null(true),
        }
    }
}

fn any_attribute() -> impl Strategy<Value = AttributeValue> {
    any_leaf().prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(AttributeValue::L),
            proptest::collection::hash_map("text|small|shapes|Struct|Unit|a|b|c", inner, 0..4)
                .prop_map(AttributeValue::M),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_panics(attribute in any_attribute()) {
        let _ = from_attribute::<Everything>(Some(attribute.clone()));
        let _ = from_attribute::<Shape>(Some(attribute.clone()));
        let _ = from_attribute::<Vec<Untagged>>(Some(attribute.clone()));
        let _ = from_attribute::<BTreeMap<Number, Number>>(Some(attribute.clone()));
        let _ = from_attribute::<Vec<Number>>(Some(attribute.clone()));
        let _ = from_attribute::<(u8, i128)>(Some(attribute.clone()));
        let _ = from_attribute::<serde_json::Value>(Some(attribute));
    }
}
