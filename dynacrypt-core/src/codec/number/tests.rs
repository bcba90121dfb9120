//! Decimals: order, other formats, wiping.

use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

#[test]
fn order_is_by_size() {
    let ascending = [
        "-1e125", "-100", "-99.9", "-10", "-9", "-1.5", "-1.25", "-1", "-0.5", "-0.05", "0",
        "1e-130", "0.05", "0.5", "1", "1.25", "1.5", "9", "10", "99.9", "100", "1e125",
    ];
    for (lower, a) in ascending.iter().enumerate() {
        for (upper, b) in ascending.iter().enumerate() {
            assert_eq!(number(a).cmp(&number(b)), lower.cmp(&upper), "{a} {b}");
        }
    }
}

proptest! {
    #[test]
    fn order_is_that_of_integers(a: i64, b: i64, scale in 0..30) {
        let scaled = |value: i64| number(&format!("{value}e-{scale}"));
        prop_assert_eq!(scaled(a).cmp(&scaled(b)), a.cmp(&b));
    }
}

#[test]
fn other_formats_have_the_text() {
    let value = number("-1.50");
    let json = serde_json::to_string(&value).unwrap();
    assert_eq!(json, "\"-1.5\"");
    assert_eq!(serde_json::from_str::<Number>(&json).unwrap(), value);
    assert_eq!(serde_json::from_str::<Number>("17").unwrap(), number("17"));
    // A float may have lost digits before it came here.
    for bad in ["1.5", "true", "\"424242x\"", "[]", "null"] {
        let error = serde_json::from_str::<Number>(bad).unwrap_err().to_string();
        assert!(!error.contains("1.5") && !error.contains("4242"), "{error}");
    }
}

#[test]
fn wide_integers_fit_up_to_38_digits() {
    assert_eq!(Number::try_from(-(10_i128.pow(37))), Ok(number("-1e37")));
    assert_eq!(Number::try_from(u128::MAX), Err(Mismatch));
}

#[test]
fn wiped_is_zero() {
    let mut value = number("424242");
    value.zeroize();
    assert_eq!(value, number("0"));
}
