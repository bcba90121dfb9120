//! What the mapper writes of a version and of times, with a stamp and without. It never asks a
//! clock.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::*;
use crate::record::{FieldKind, FieldSpec, Schema};

static SCHEMA: Schema = Schema::new("R", "t", &[FieldSpec::new("field", FieldKind::Clear)], false);

const STAMP: Stamp = Stamp { now: 1_700_000_000_123 };

fn written(
    stamp: Option<Stamp>,
    write: impl FnOnce(&mut ItemWriter) -> Result<()>,
) -> Result<Option<String>> {
    let mut writer = ItemWriter::clear_only(&SCHEMA).stamped(stamp);
    write(&mut writer)?;
    Ok(writer.take(0).map(|attribute| attribute.as_n().unwrap().clone()))
}

fn read<T>(number: Option<&str>, read: impl FnOnce(&mut ItemReader) -> Result<T>) -> Result<T> {
    let attribute = |number: &str| ("field".to_owned(), AttributeValue::N(number.to_owned()));
    read(&mut ItemReader::new(&SCHEMA, number.map(attribute).into_iter().collect(), Vec::new()))
}

fn at(millis: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis)
}

#[test]
fn a_version_counts_where_the_repository_writes() {
    let write = |version: u64, stamp| written(stamp, |out| VersionField::write(&version, out, 0));
    assert_eq!(write(7, None).unwrap().as_deref(), Some("7"));
    assert_eq!(write(7, Some(STAMP)).unwrap().as_deref(), Some("8"));
    let error = write(u64::MAX, Some(STAMP)).unwrap_err();
    assert!(error.is_invalid_record(), "{error:?}");
    assert_eq!(write(u64::MAX, None).unwrap(), Some(u64::MAX.to_string()));

    let mut version = 7_i32;
    version.stamp();
    assert_eq!(version, 8);
    assert_eq!(read(Some("8"), |from| <u32 as VersionField>::read(from, 0)).unwrap(), 8);
    assert!(read(Some("-1"), |from| <u32 as VersionField>::read(from, 0)).is_err());
    assert!(read(None, |from| <u32 as VersionField>::read(from, 0)).is_err());
}

#[test]
fn a_lifetime_is_in_seconds_whatever_the_type() {
    let expires = at(1_500_999);
    assert_eq!(written(None, |out| expires.write(out, 0)).unwrap().as_deref(), Some("1500"));
    assert_eq!(
        written(Some(STAMP), |out| TtlField::write(&Some(expires), out, 0)).unwrap().as_deref(),
        Some("1500")
    );
    assert_eq!(written(None, |out| TtlField::write(&None::<SystemTime>, out, 0)).unwrap(), None);
    assert_eq!(
        written(None, |out| TtlField::write(&1500_u64, out, 0)).unwrap().as_deref(),
        Some("1500")
    );

    let time = read(Some("1500"), |from| <SystemTime as TtlField>::read(from, 0)).unwrap();
    assert_eq!(time, at(1_500_000));
    assert_eq!(read(None, |from| <Option<u64> as TtlField>::read(from, 0)).unwrap(), None);
    assert!(read(None, |from| <u64 as TtlField>::read(from, 0)).is_err());
    assert!(read(Some("1.5"), |from| <u64 as TtlField>::read(from, 0)).is_err());
}

#[test]
fn times_of_writing_are_in_milliseconds_and_now_where_the_repository_writes() {
    let (none, some) = (None::<SystemTime>, Some(at(1_234)));
    let now = STAMP.now.to_string();
    let created =
        |time: Option<SystemTime>, stamp| written(stamp, |out| time.write_created(out, 0)).unwrap();
    let updated =
        |time: Option<SystemTime>, stamp| written(stamp, |out| time.write_updated(out, 0)).unwrap();
    assert_eq!((created(none, None), updated(none, None)), (None, None));
    assert_eq!(created(none, Some(STAMP)), Some(now.clone()));
    assert_eq!(created(some, Some(STAMP)).as_deref(), Some("1234"));
    assert_eq!(updated(none, Some(STAMP)), Some(now.clone()));
    assert_eq!(updated(some, Some(STAMP)), Some(now.clone()));
    assert_eq!(updated(some, None).as_deref(), Some("1234"));

    let mut times = (none, some);
    times.0.stamp_created(&STAMP);
    times.1.stamp_created(&STAMP);
    assert_eq!(times, (Some(at(1_700_000_000_123)), some));
    times.1.stamp_updated(&STAMP);
    assert_eq!(times.1, times.0);
    let read = read(Some(&now), |from| <Option<SystemTime> as TimeField>::read(from, 0)).unwrap();
    assert_eq!(read, times.0);
}

/// A type that ends before now.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Narrow;

impl Timestamp for Narrow {
    fn to_unix_millis(&self) -> Option<i64> {
        Some(0)
    }

    fn from_unix_millis(millis: i64) -> Option<Self> {
        (millis == 0).then_some(Self)
    }
}

#[test]
fn a_time_that_its_type_could_not_read_is_not_written() {
    let error = written(Some(STAMP), |out| None::<Narrow>.write_created(out, 0)).unwrap_err();
    assert!(error.is_invalid_record(), "{error:?}");
}
