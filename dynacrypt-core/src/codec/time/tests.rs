//! Counts since the epoch, over each time type: there and back, rounded down, refused out of range.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use proptest::prelude::*;

use super::*;

/// What every type does that holds nanoseconds around 1970.
fn behaves<T: Timestamp + PartialEq + std::fmt::Debug>(least_millis: i64, most_millis: i64) {
    for millis in
        [least_millis, -86_400_001, -1_001, -1, 0, 1, 999, 1_000, 4_102_444_800_000, most_millis]
    {
        let time = T::from_unix_millis(millis).expect("in range");
        assert_eq!(time.to_unix_millis(), Some(millis));
        assert_eq!(T::from_unix_nanos(i128::from(millis) * NANOS_PER_MILLI), Some(time));
    }
    for (nanos, millis) in [(-1, -1), (-1_000_000, -1), (-1_000_001, -2), (1, 0), (1_999_999, 1)] {
        let time = T::from_unix_nanos(nanos).expect("in range");
        assert_eq!(time.to_unix_nanos(), Some(nanos));
        assert_eq!(time.to_unix_millis(), Some(millis), "{nanos} ns round down");
    }
    for nanos in [i128::MIN, i128::MAX] {
        assert_eq!(T::from_unix_nanos(nanos), None);
    }
}

#[test]
fn system_time() {
    behaves::<SystemTime>(-62_135_596_800_000, 253_402_300_799_999);
    assert_eq!((UNIX_EPOCH - Duration::from_nanos(1)).to_unix_millis(), Some(-1));
}

#[cfg(feature = "time")]
#[test]
fn time() {
    use ::time::{OffsetDateTime, UtcOffset};
    behaves::<OffsetDateTime>(-62_135_596_800_000, 253_402_300_799_999);
    assert_eq!(OffsetDateTime::from_unix_millis(i64::MAX), None);
    let elsewhere = OffsetDateTime::UNIX_EPOCH.to_offset(UtcOffset::from_hms(2, 0, 0).unwrap());
    assert_eq!(elsewhere.to_unix_nanos(), Some(0));
}

#[cfg(feature = "chrono")]
#[test]
fn chrono() {
    use ::chrono::{DateTime, NaiveDate, Utc};
    behaves::<DateTime<Utc>>(-62_135_596_800_000, 253_402_300_799_999);
    assert_eq!(DateTime::<Utc>::from_unix_millis(i64::MAX), None);
    let leap = NaiveDate::from_ymd_opt(2016, 12, 31)
        .and_then(|day| day.and_hms_milli_opt(23, 59, 59, 1_500))
        .unwrap()
        .and_utc();
    assert_eq!(leap.to_unix_nanos(), None, "a leap second has no count of its own");
}

#[cfg(feature = "jiff")]
#[test]
fn jiff() {
    behaves::<::jiff::Timestamp>(-62_135_596_800_000, 253_402_200_000_000);
    assert_eq!(::jiff::Timestamp::from_unix_millis(i64::MIN), None);
}

#[test]
fn integers_are_seconds() {
    assert_eq!(2_i64.to_unix_millis(), Some(2_000));
    assert_eq!((-2_i64).to_unix_nanos(), Some(-2_000_000_000));
    assert_eq!((i64::MAX.to_unix_millis(), i64::MIN.to_unix_millis()), (None, None));
    assert_eq!((u64::MAX.to_unix_millis(), u64::from_unix_millis(-1)), (None, None));
    assert_eq!(i64::from_unix_millis(-1), Some(-1));
    assert_eq!(u64::from_unix_nanos(1_999_999_999), Some(1));
}

proptest! {
    #[test]
    fn no_count_panics(millis: i64, nanos: i128) {
        let time = SystemTime::from_unix_nanos(nanos);
        prop_assert_eq!(time.and_then(|time| time.to_unix_nanos()), time.map(|_| nanos));
        if let Some(time) = SystemTime::from_unix_millis(millis) {
            prop_assert_eq!(time.to_unix_millis(), Some(millis));
        }
        let _ = (u64::from_unix_millis(millis), i64::from_unix_nanos(nanos), millis.to_unix_nanos());
    }
}
