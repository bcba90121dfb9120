//! The codecs: what they write, what they read back, what they refuse, and what errors say.

use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::primitives::Blob;
use proptest::collection::{btree_set, hash_set, vec};
use proptest::prelude::*;

use super::*;
use crate::codec::{Binary, Mismatch, ScalarValue, SetElement};
use crate::context::{Number, Scalar, ScalarType};

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(text: &str) -> AttributeValue {
    AttributeValue::N(text.to_owned())
}

fn message<T: ClearValue, C: AttributeCodec<T>>(attribute: Option<AttributeValue>) -> String {
    match C::from_attribute(attribute) {
        Ok(_) => panic!("it was read"),
        Err(error) => error.to_string(),
    }
}

fn comes_back<T, C>(value: &T) -> Option<AttributeValue>
where
    T: ClearValue + PartialEq + std::fmt::Debug,
    C: AttributeCodec<T>,
{
    let attribute = C::to_attribute(value).unwrap();
    assert_eq!(&C::from_attribute(attribute.clone()).unwrap(), value);
    attribute
}

proptest! {
    #[test]
    fn sets_come_back(texts in btree_set(".*", 0..5), sizes in hash_set(any::<i64>(), 0..5), blobs in btree_set(vec(any::<u8>(), 0..5), 0..5)) {
        let blobs: BTreeSet<Binary> = blobs.into_iter().map(Binary).collect();
        let attribute = comes_back::<_, AsSet>(&texts);
        prop_assert_eq!(attribute.is_none(), texts.is_empty());
        prop_assert!(attribute.is_none_or(|attribute| attribute.is_ss()));
        prop_assert!(comes_back::<_, AsSet>(&sizes).is_none_or(|attribute| attribute.is_ns()));
        prop_assert!(comes_back::<_, AsSet>(&blobs).is_none_or(|attribute| attribute.is_bs()));
        let texts: Vec<String> = texts.into_iter().collect();
        comes_back::<_, AsSet>(&texts);
    }

    #[test]
    fn bytes_come_back(bytes in vec(any::<u8>(), 0..50), array: [u8; 7]) {
        prop_assert_eq!(comes_back::<_, AsBytes>(&bytes), Some(AttributeValue::B(Blob::new(bytes.clone()))));
        comes_back::<_, AsBytes>(&bytes.into_boxed_slice());
        comes_back::<_, AsBytes>(&Some(array));
    }

    #[test]
    fn times_come_back_to_the_precision_of_the_codec(millis in -62_167_219_200_000_i64..253_402_300_800_000, nanos in 0..1_000_000_u32) {
        let base = SystemTime::from_unix_millis(millis).unwrap();
        let time = base + Duration::from_nanos(nanos.into());
        comes_back::<_, AsRfc3339>(&time);
        comes_back::<_, AsScalar>(&time);
        let attribute = AsEpochMillis::to_attribute(&time).unwrap();
        prop_assert_eq!(&attribute, &Some(AttributeValue::N(millis.to_string())));
        prop_assert_eq!(<AsEpochMillis as AttributeCodec<SystemTime>>::from_attribute(attribute).unwrap(), base);
        let attribute = AsEpochSeconds::to_attribute(&time).unwrap();
        prop_assert_eq!(attribute, Some(AttributeValue::N(millis.div_euclid(1_000).to_string())));
    }
}

use crate::codec::Timestamp as _;

#[test]
fn an_empty_set_is_absent() {
    assert_eq!(AsSet::to_attribute(&BTreeSet::<String>::new()), Ok(None));
    assert_eq!(<AsSet as AttributeCodec<Vec<u8>>>::from_attribute(None), Ok(Vec::new()));
}

#[test]
fn a_value_twice_is_refused() {
    let error = AsSet::to_attribute(&vec![1, 2, 1]).unwrap_err();
    assert_eq!(error.to_string(), "a set holds each value once");
}

#[test]
fn sets_of_another_kind_are_refused() {
    type Texts = HashSet<String>;
    type Sizes = BTreeSet<u8>;
    assert_eq!(message::<Texts, AsSet>(Some(n("1"))), "expected a string set, found N");
    let ns = AttributeValue::Ns(vec!["1".to_owned(), "424242".to_owned()]);
    assert_eq!(message::<Texts, AsSet>(Some(ns.clone())), "expected a string set, found NS");
    assert_eq!(message::<Sizes, AsSet>(Some(ns)), "at `[]`: found N out of range for `u8`");
    let list = AttributeValue::L(vec![s("a")]);
    assert_eq!(message::<Texts, AsSet>(Some(list)), "expected a string set, found L");
}

#[test]
fn an_element_that_lies_about_its_type_is_refused() {
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    struct Liar;
    impl ScalarValue for Liar {
        const TYPE: ScalarType = ScalarType::N;
        fn to_scalar(&self) -> Scalar<'_> {
            Scalar::S("x".into())
        }
        fn from_scalar(_: Scalar<'_>) -> Result<Self, Mismatch> {
            Err(Mismatch)
        }
    }
    impl SetElement for Liar {}
    assert!(AsSet::to_attribute(&vec![Liar]).is_err());
}

#[test]
fn an_option_is_absent_or_null() {
    type Maybe = Option<SystemTime>;
    assert_eq!(<AsRfc3339 as AttributeCodec<Maybe>>::to_attribute(&None), Ok(None));
    assert_eq!(<AsRfc3339 as AttributeCodec<Maybe>>::from_attribute(None), Ok(None));
    let null = Some(AttributeValue::Null(true));
    assert_eq!(<AsRfc3339 as AttributeCodec<Maybe>>::from_attribute(null.clone()), Ok(None));
    assert_eq!(message::<SystemTime, AsRfc3339>(null), "expected `SystemTime`, found NULL");
    assert_eq!(message::<SystemTime, AsRfc3339>(None), "the attribute is missing");
}

#[test]
fn forms_of_times() {
    let time = UNIX_EPOCH + Duration::from_millis(1_500);
    let text = s("1970-01-01T00:00:01.500000000Z");
    assert_eq!(AsRfc3339::to_attribute(&time), Ok(Some(text.clone())));
    assert_eq!(AsScalar::to_attribute(&time), Ok(Some(text)));
    // A clear field takes what another writer wrote; a bound one has a single form.
    let other = Some(s("1970-01-01T01:00:01.5+01:00"));
    assert_eq!(AsRfc3339::from_attribute(other.clone()), Ok(time));
    assert_eq!(message::<SystemTime, AsScalar>(other), "found S that is no value of `SystemTime`");
    assert_eq!(AsEpochSeconds::to_attribute(&time), Ok(Some(n("1"))));
    assert_eq!(AsEpochMillis::to_attribute(&17_u64), Ok(Some(n("17000"))));
    for bad in ["424242.5", "9223372036854775807", "1e3"] {
        let error = message::<SystemTime, AsEpochSeconds>(Some(n(bad)));
        assert_eq!(error, "found N out of range for `SystemTime`", "{bad}");
    }
    assert_eq!(message::<u64, AsEpochMillis>(Some(n("-1"))), "found N out of range for `u64`");
    assert_eq!(message::<u64, AsEpochMillis>(Some(s("1"))), "expected `u64`, found S");
}

#[test]
fn a_time_that_text_cannot_tell_is_refused() {
    let late = SystemTime::from_unix_millis(253_402_300_800_000).unwrap();
    assert!(AsRfc3339::to_attribute(&late).is_err());
    assert_eq!(
        AsScalar::to_attribute(&late).unwrap_err().to_string(),
        "out of the range that can be stored"
    );
    assert!(AsSet::to_attribute(&vec![late]).is_err());
    assert!(AsEpochSeconds::to_attribute(&late).is_ok());
    assert!(AsEpochSeconds::to_attribute(&u64::MAX).is_err());
}

#[test]
fn arrays_are_of_their_length() {
    let three = Some(AttributeValue::B(Blob::new([1, 2, 3])));
    assert!(<AsBytes as AttributeCodec<[u8; 2]>>::from_attribute(three.clone()).is_err());
    assert_eq!(AsBytes::from_attribute(three), Ok([1_u8, 2, 3]));
    assert_eq!(message::<Vec<u8>, AsBytes>(Some(s("x"))), "expected `Vec<u8>`, found S");
}

#[test]
fn scalars_in_their_form() {
    assert_eq!(comes_back::<_, AsScalar>(&Number::parse("1.50").unwrap()), Some(n("1.5")));
    assert_eq!(comes_back::<_, AsScalar>(&true), Some(AttributeValue::Bool(true)));
    assert_eq!(message::<u8, AsScalar>(Some(n("424242"))), "found N out of range for `u8`");
    assert_eq!(message::<String, AsScalar>(Some(n("1"))), "expected `String`, found N");
    assert_eq!(
        message::<String, AsScalar>(Some(AttributeValue::L(vec![]))),
        "expected `String`, found L"
    );
}

#[cfg(all(feature = "uuid", feature = "rust_decimal", feature = "chrono"))]
#[test]
fn types_of_other_crates() {
    let id = uuid::Uuid::from_u128(17);
    assert_eq!(comes_back::<_, AsScalar>(&id), Some(s("00000000-0000-0000-0000-000000000011")));
    let price = rust_decimal::Decimal::new(-150, 2);
    assert_eq!(comes_back::<_, AsScalar>(&price), Some(n("-1.5")));
    assert!(comes_back::<_, AsSet>(&BTreeSet::from([price])).is_some_and(|set| set.is_ns()));
    let at = chrono::DateTime::<chrono::Utc>::UNIX_EPOCH;
    assert_eq!(comes_back::<_, AsScalar>(&at), Some(s("1970-01-01T00:00:00.000000000Z")));
    assert_eq!(comes_back::<_, AsEpochSeconds>(&Some(at)), Some(n("0")));
    let leap = chrono::NaiveDate::from_ymd_opt(2016, 12, 31)
        .and_then(|day| day.and_hms_milli_opt(23, 59, 59, 1_500))
        .unwrap()
        .and_utc();
    assert!(!leap.is_in_range() && AsScalar::to_attribute(&leap).is_err());
}
