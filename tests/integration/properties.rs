//! Properties, over generated values: what is sealed comes back, whatever it is; what is not what
//! was sealed never does, and never panics.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::{ExposeSecret, LocalKeyProvider, Record, Sealer, Secret};
use futures_util::FutureExt;
use proptest::collection::{btree_map, hash_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Zeroize)]
enum Shape {
    Unit,
    Newtype(i64),
    Tuple(u8, String),
    Struct { a: Option<char>, b: f64, c: Vec<Shape> },
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Unit),
        any::<i64>().prop_map(Shape::Newtype),
        (any::<u8>(), ".*").prop_map(|(a, b)| Shape::Tuple(a, b)),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        (
            option::of(any::<char>()),
            any::<f64>().prop_filter("NaN is not itself", |b| !b.is_nan()),
            vec(inner, 0..4),
        )
            .prop_map(|(a, b, c)| Shape::Struct { a, b, c })
    })
}

#[derive(Debug, Record)]
#[dynacrypt(table = "any")]
struct Any {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(sort_key)]
    number: i64,
    #[dynacrypt(authenticated)]
    role: Option<String>,
    clear: BTreeMap<String, Vec<Option<i32>>>,
    #[encrypted]
    text: Secret<String>,
    #[encrypted]
    #[dynacrypt(pad = 37)]
    bytes: Secret<Vec<u8>>,
    #[encrypted]
    shape: Option<Secret<Shape>>,
    #[encrypted]
    map: Secret<Map>,
}

/// A map whose order changes from run to run, and keys of many lengths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Map(HashMap<String, Vec<f32>>);

impl Zeroize for Map {
    fn zeroize(&mut self) {
        self.0.clear();
    }
}

prop_compose! {
    fn record()(
        id in ".+", number in any::<i64>(), role in option::of(".*"),
        clear in btree_map(".*", vec(option::of(any::<i32>()), 0..4), 0..4),
        text in ".*", bytes in vec(any::<u8>(), 0..200), shape in option::of(shape()),
        map in hash_map(".{0,40}", vec(any::<i16>().prop_map(f32::from), 0..3), 0..20),
    ) -> Any {
        Any {
            id, number, role, clear,
            text: Secret::new(text), bytes: Secret::new(bytes), shape: shape.map(Secret::new), map: Secret::new(Map(map)),
        }
    }
}

fn sealer() -> Sealer {
    Sealer::new(LocalKeyProvider::generate().expect("key"))
}

fn seal(sealer: &Sealer, record: &Any) -> HashMap<String, AttributeValue> {
    sealer.seal(record).now_or_never().expect("local").expect("seals").into_item()
}

fn bytes(item: &HashMap<String, AttributeValue>, name: &str) -> Vec<u8> {
    match &item[name] {
        AttributeValue::B(blob) => blob.as_ref().to_vec(),
        _ => panic!("sealed"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_was_sealed_comes_back(record in record()) {
        let sealer = sealer();
        let item = seal(&sealer, &record);
        prop_assert_eq!((bytes(&item, "bytes").len() - 18) % 37, 0);
        let opened: Any = sealer.open(item).now_or_never().expect("local").expect("opens");
        prop_assert_eq!(&opened.id, &record.id);
        prop_assert_eq!(opened.number, record.number);
        prop_assert_eq!(&opened.role, &record.role);
        prop_assert_eq!(&opened.clear, &record.clear);
        prop_assert_eq!(opened.text.expose_secret(), record.text.expose_secret());
        prop_assert_eq!(opened.bytes.expose_secret(), record.bytes.expose_secret());
        prop_assert_eq!(opened.map.expose_secret(), record.map.expose_secret());
        match (&opened.shape, &record.shape) {
            (Some(opened), Some(shape)) => prop_assert_eq!(opened.expose_secret(), shape.expose_secret()),
            (opened, shape) => prop_assert_eq!(opened.is_none(), shape.is_none()),
        }
    }

    /// Random bytes in place of any blob: refused, whatever they are, and nothing panics.
    #[test]
    fn junk_is_refused(record in record(), junk in vec(any::<u8>(), 0..300), which in 0..4_usize, framed in any::<bool>()) {
        let sealer = sealer();
        let mut item = seal(&sealer, &record);
        let name = ["_dc", "text", "bytes", "map"][which];
        let kind = if which == 0 { 0 } else { junk.first().map_or(1, |byte| 1 + byte % 2) };
        let junk = if framed { [vec![0xDC, kind, 1, 1, 0, 1], junk].concat() } else { junk };
        prop_assume!(junk != bytes(&item, name));
        item.insert(name.to_owned(), AttributeValue::B(Blob::new(junk)));
        let opened = sealer.open::<Any>(item).now_or_never().expect("local");
        prop_assert!(opened.is_err_and(|error| error.is_decrypt()));
    }

    /// Two items of the same table: no attribute that is bound can be exchanged, one way or the other.
    #[test]
    fn nothing_moves_between_items(a in record(), b in record(), which in 0..7_usize) {
        let sealer = sealer();
        let (item, other) = (seal(&sealer, &a), seal(&sealer, &b));
        let name = ["_dc", "text", "bytes", "map", "id", "number", "role"][which];
        prop_assume!(item.get(name) != other.get(name));
        let mut mixed = item;
        match other.get(name) {
            Some(value) => mixed.insert(name.to_owned(), value.clone()),
            None => mixed.remove(name),
        };
        let opened = sealer.open::<Any>(mixed).now_or_never().expect("local");
        prop_assert!(opened.is_err_and(|error| error.is_decrypt()));
    }
}
