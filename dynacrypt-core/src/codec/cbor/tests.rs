//! Deterministic CBOR against RFC 8949: the examples of its appendix A that have a form here, the
//! order of section 4.2.1, and what is refused.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};

use super::*;

/// Encodes as `Plaintext` does: into a buffer of exactly the measured size, which must not grow.
fn encoded<T: Serialize>(value: &T) -> Option<Vec<u8>> {
    let plan = Plan::of(value).ok()?;
    let mut out = Vec::with_capacity(3 + plan.len());
    out.extend_from_slice(&[9; 3]);
    let place = (out.as_ptr(), out.capacity());
    plan.write(value, &mut out)?;
    assert_eq!(out.len(), 3 + plan.len(), "the measured size");
    assert_eq!((out.as_ptr(), out.capacity()), place, "the buffer moved");
    assert!(out.starts_with(&[9; 3]), "what stood before");
    Some(out.split_off(3))
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    text.as_bytes().chunks(2).map(digit).collect()
}

#[track_caller]
fn writes<T: Serialize>(value: &T, expected: &str) {
    assert_eq!(encoded(value), Some(hex(expected)), "{expected}");
}

#[track_caller]
fn both_ways<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T, expected: &str) {
    writes(&value, expected);
    let bytes = [hex(expected), vec![0; 5]].concat();
    assert_eq!(read(&bytes), Some((value, bytes.len() - 5)), "{expected}");
}

#[test]
fn integers() {
    for (value, expected) in [
        (0, "00"),
        (1, "01"),
        (10, "0a"),
        (23, "17"),
        (24, "1818"),
        (25, "1819"),
        (100, "1864"),
        (1000, "1903e8"),
        (1_000_000, "1a000f4240"),
        (1_000_000_000_000, "1b000000e8d4a51000"),
        (18_446_744_073_709_551_615_u64, "1bffffffffffffffff"),
        // The ends of each head.
        (255, "18ff"),
        (256, "190100"),
        (65_535, "19ffff"),
        (65_536, "1a00010000"),
        (4_294_967_295, "1affffffff"),
        (4_294_967_296, "1b0000000100000000"),
    ] {
        both_ways(value, expected);
    }
    for (value, expected) in [
        (-1_i64, "20"),
        (-10, "29"),
        (-24, "37"),
        (-25, "3818"),
        (-100, "3863"),
        (-256, "38ff"),
        (-257, "390100"),
        (-1000, "3903e7"),
        (i64::MIN, "3b7fffffffffffffff"),
        (i64::MAX, "1b7fffffffffffffff"),
    ] {
        both_ways(value, expected);
    }
    // One form for one number, whatever its type.
    both_ways(24_u8, "1818");
    both_ways(24_i8, "1818");
    both_ways(-1000_i16, "3903e7");
    both_ways(1_000_000_u32, "1a000f4240");
    both_ways('水', "196c34");
}

#[test]
fn floats_are_as_short_as_they_can_be() {
    for (value, expected) in [
        (0.0, "f90000"),
        (1.0, "f93c00"),
        (1.1, "fb3ff199999999999a"),
        (1.5, "f93e00"),
        (65_504.0, "f97bff"),
        (100_000.0, "fa47c35000"),
        (3.402_823_466_385_288_6e38, "fa7f7fffff"),
        (1.0e300, "fb7e37e43c8800759c"),
        (5.960_464_477_539_063e-8, "f90001"),
        (0.000_061_035_156_25, "f90400"),
        (-4.0, "f9c400"),
        (-4.1, "fbc010666666666666"),
        (f64::INFINITY, "f97c00"),
        (f64::NEG_INFINITY, "f9fc00"),
        // Half of the smallest half, the next single after 1, the smallest single, the next double
        // after 1.
        (2.980_232_238_769_531_3e-8, "fa33000000"),
        (1.000_000_119_209_289_6, "fa3f800001"),
        (1.401_298_464_324_817e-45, "fa00000001"),
        (1.000_000_000_000_000_2, "fb3ff0000000000001"),
    ] {
        both_ways(value, expected);
    }
    both_ways(1.5_f32, "f93e00");
    both_ways(100_000.0_f32, "fa47c35000");
    // Equal to 0.0, and not the same.
    writes(&-0.0_f64, "f98000");
    let zero: (f64, usize) = read(&hex("f98000")).unwrap();
    assert!(zero.0.is_sign_negative());
}

#[test]
fn there_is_one_nan() {
    let payload = f64::from_bits(0x7ff0_0000_0000_0001);
    for nan in [f64::NAN, -f64::NAN, payload, f64::from_bits(u64::MAX)] {
        writes(&nan, "f97e00");
    }
    writes(&f32::from_bits(0xffc0_0001), "f97e00");
    assert!(read::<f64>(&hex("f97e00")).unwrap().0.is_nan());
}

#[test]
fn strings_bytes_and_simple_values() {
    both_ways(false, "f4");
    both_ways(true, "f5");
    both_ways(None::<bool>, "f6");
    both_ways(Some(true), "f5");
    for (value, expected) in [
        ("", "60"),
        ("a", "6161"),
        ("IETF", "6449455446"),
        ("\"\\", "62225c"),
        ("\u{fc}", "62c3bc"),
        ("\u{6c34}", "63e6b0b4"),
        ("\u{10151}", "64f0908591"),
    ] {
        both_ways(value.to_owned(), expected);
    }
    both_ways("a".repeat(24), &format!("7818{}", "61".repeat(24)));
    for (value, expected) in [(&[][..], "40"), (&[1, 2, 3, 4], "4401020304")] {
        let plan = Plan::of_bytes(value);
        let mut out = Vec::with_capacity(plan.len());
        plan.write_bytes(value, &mut out).unwrap();
        assert_eq!((out.len(), &out), (plan.len(), &hex(expected)));
        assert_eq!(read_bytes(&out), Some((value.to_vec(), out.len())));
    }
}

#[test]
fn arrays_and_maps() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Two {
        b: Vec<u8>,
        a: u8,
    }

    both_ways(Vec::<u8>::new(), "80");
    both_ways((), "80");
    both_ways(vec![1, 2, 3], "83010203");
    both_ways((1, (2, 3), [4, 5]), "8301820203820405");
    both_ways(
        (1..=25).collect::<Vec<u8>>(),
        "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    );
    both_ways(BTreeMap::<u8, u8>::new(), "a0");
    both_ways(BTreeMap::from([(1, 2), (3, 4)]), "a201020304");
    both_ways(
        ("a".to_owned(), BTreeMap::from([("b".to_owned(), "c".to_owned())])),
        "826161a161626163",
    );
    let letters = [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D"), ("e", "E")];
    let letters = letters.map(|(key, value)| (key.to_owned(), value.to_owned()));
    both_ways(BTreeMap::from(letters), "a56161614161626142616361436164614461656145");
    both_ways(Two { a: 1, b: vec![2, 3] }, "a26161016162820203");
}

#[test]
fn enums() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Shape {
        Unit,
        New(u8),
        Tuple(u8, bool),
        Struct { z: u8, a: u8 },
    }
    both_ways(Shape::Unit, "64556e6974");
    both_ways(Shape::New(7), "a1634e657707");
    both_ways(Shape::Tuple(7, true), "a1655475706c658207f5");
    both_ways(Shape::Struct { z: 1, a: 2 }, "a166537472756374a2616102617a01");
}

/// A map or sequence whose entries come as they are given, with or without its length told.
struct Given<T> {
    entries: Vec<T>,
    told: Option<usize>,
}

impl<K: Serialize, V: Serialize> Serialize for Given<(K, V)> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(self.told)?;
        for (key, value) in &self.entries {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl Serialize for Given<u8> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(self.told)?;
        for entry in &self.entries {
            seq.serialize_element(entry)?;
        }
        seq.end()
    }
}

/// Any of the kinds of key that RFC 8949 section 4.2.1 puts in order.
#[derive(Clone, Serialize)]
#[serde(untagged)]
enum Key {
    Int(i64),
    Char(char),
    Text(&'static str),
    List(Vec<i64>),
    Bool(bool),
}

#[test]
fn keys_are_sorted_by_their_bytes() {
    // The example of section 4.2.1.
    let sorted = [
        (Key::Int(10), "0a"),
        (Key::Int(100), "1864"),
        (Key::Int(-1), "20"),
        (Key::Text("z"), "617a"),
        (Key::Text("aa"), "626161"),
        (Key::List(vec![100]), "811864"),
        (Key::List(vec![-1]), "8120"),
        (Key::Bool(false), "f4"),
    ];
    let values = ["00", "01", "02", "03", "04", "05", "06", "07"];
    let expected: String =
        sorted.iter().zip(values).flat_map(|((_, key), value)| [*key, value]).collect();
    for turn in 0..sorted.len() {
        for told in [None, Some(sorted.len())] {
            let keys = sorted.iter().map(|(key, _)| key.clone());
            let mut entries: Vec<_> = keys.zip(0_u8..).collect();
            entries.rotate_left(turn);
            writes(&Given { entries: entries.clone(), told }, &format!("a8{expected}"));
            entries.reverse();
            writes(&Given { entries, told }, &format!("a8{expected}"));
        }
    }
}

#[test]
fn maps_in_maps_are_each_sorted() {
    let inner = |a, b| Given { entries: vec![("y", a), ("x", b)], told: None };
    let outer = Given { entries: vec![("b", inner(1, 2)), ("a", inner(3, 4))], told: Some(2) };
    writes(&outer, "a26161a26178046179036162a2617802617901");
}

#[test]
fn lengths_that_serde_does_not_tell_are_counted() {
    #[derive(Serialize)]
    struct Outer {
        z: u8,
        #[serde(flatten)]
        inner: Inner,
        #[serde(flatten)]
        rest: BTreeMap<String, Vec<u8>>,
    }
    #[derive(Serialize)]
    struct Inner {
        m: bool,
    }

    for len in [0, 1, 23, 24, 255, 256, 65_536] {
        let untold = Given { entries: vec![1_u8; len], told: None };
        assert_eq!(encoded(&untold), encoded(&untold.entries), "{len}");
    }

    let rest = BTreeMap::from([("a".to_owned(), vec![1, 2]), ("zz".to_owned(), vec![])]);
    let outer = Outer { z: 1, inner: Inner { m: true }, rest };
    writes(&outer, "a46161820102616df5617a01627a7a80");
    // Two of them side by side, and one within the other: each has its own count.
    writes(
        &(
            Given { entries: vec![1_u8], told: None },
            &outer,
            Given { entries: vec![2_u8, 3], told: None },
        ),
        "838101a46161820102616df5617a01627a7a80820203",
    );
}

#[test]
fn lengths_that_serde_tells_must_hold() {
    for told in [1, 3] {
        assert_eq!(encoded(&Given { entries: vec![1_u8, 2], told: Some(told) }), None, "{told}");
        let entries = vec![(1_u8, 1_u8), (2, 2)];
        assert_eq!(encoded(&Given { entries, told: Some(told) }), None, "{told}");
    }
}

#[test]
fn equal_keys_are_refused() {
    #[derive(Serialize)]
    struct Flat {
        a: u8,
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    }

    for told in [None, Some(3)] {
        for keys in [["a", "a", "b"], ["a", "b", "a"], ["b", "a", "a"]] {
            let entries = keys.map(|key| (key, 1_u8)).to_vec();
            assert_eq!(encoded(&Given { entries, told }), None, "{keys:?}");
        }
    }
    // Equal as CBOR, which is what counts.
    let entries = vec![(Key::Int(97), 1), (Key::Char('a'), 2)];
    assert_eq!(encoded(&Given { entries, told: None }), None);

    let flat = |key: &str| Flat { a: 1, rest: BTreeMap::from([(key.to_owned(), 2)]) };
    assert_eq!(encoded(&flat("a")), None);
    writes(&flat("b"), "a2616101616202");
    // In one map alone: the same key in another is another.
    let apart = |key| Given { entries: vec![(key, 1_u8)], told: None };
    writes(&(apart("a"), apart("a")), "82a1616101a1616101");
}

/// Arrays within arrays, this many.
struct Nested(usize);

impl Serialize for Nested {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            0 => serializer.serialize_u8(0),
            deep => serializer.collect_seq([Self(deep - 1)]),
        }
    }
}

#[test]
fn nesting_ends_at_128() {
    #[derive(Serialize)]
    enum Wrapped {
        New(Nested),
        Tuple(Nested, Nested),
        Struct { a: Nested },
    }
    assert_eq!(encoded(&Nested(128)), Some([vec![0x81; 128], vec![0]].concat()));
    assert_eq!(encoded(&Nested(129)), None);
    // Depth, not number: each is left again.
    assert!(encoded(&(0..300).map(|_| Nested(127)).collect::<Vec<_>>()).is_some());
    // A variant with content is a map, and a tuple or struct in it another level.
    assert!(encoded(&Wrapped::New(Nested(127))).is_some());
    assert!(encoded(&Wrapped::New(Nested(128))).is_none());
    assert!(encoded(&Wrapped::Tuple(Nested(126), Nested(126))).is_some());
    assert!(encoded(&Wrapped::Tuple(Nested(0), Nested(127))).is_none());
    assert!(encoded(&Wrapped::Struct { a: Nested(126) }).is_some());
    assert!(encoded(&Wrapped::Struct { a: Nested(127) }).is_none());
    assert!(encoded(&(0..300).map(|_| Wrapped::New(Nested(1))).collect::<Vec<_>>()).is_some());
    assert!(
        encoded(&(0..300).map(|_| Wrapped::Struct { a: Nested(1) }).collect::<Vec<_>>()).is_some()
    );
}

#[test]
fn a_value_that_changes_between_the_passes_does_not_overrun() {
    struct Growing(Cell<usize>);
    impl Serialize for Growing {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.set(self.0.get() + 1);
            serializer.serialize_str(&"a".repeat(self.0.get()))
        }
    }
    assert_eq!(encoded(&Growing(Cell::new(0))), None);
    assert_eq!(encoded(&Growing(Cell::new(22))), None);
}

#[test]
fn integers_of_128_bits_have_no_form() {
    assert_eq!(encoded(&1_u128), None);
    assert_eq!(encoded(&1_i128), None);
    let reason = Plan::of(&vec![Some(1_i128)]).err();
    assert!(reason.is_some_and(|reason| reason.contains("128 bits")));
}
