//! Points in time as counts since the Unix epoch: what lifetimes, timestamps and the codecs for
//! times are read from and written to. It never asks a clock, and never knows a time zone.

pub(super) mod rfc3339;
mod scalar;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const NANOS_PER_MILLI: i128 = 1_000_000;
const NANOS_PER_SECOND: i128 = 1_000_000_000;
const MILLIS_PER_SECOND: i64 = 1_000;

/// A type that stands for a point in time.
///
/// Implemented for [`SystemTime`], for `i64` and `u64`, which count **seconds** since 1970-01-01
/// 00:00:00 UTC, and behind the features of the same names for `time::OffsetDateTime`,
/// `chrono::DateTime<Utc>` and `jiff::Timestamp`. Implement it for time types of your own.
///
/// Counts are without leap seconds, as Unix counts are, and negative before 1970. What is finer
/// than the count is rounded down, toward the past.
///
/// # Examples
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use dynacrypt_core::codec::Timestamp;
///
/// let time = UNIX_EPOCH + Duration::from_millis(1_500);
/// assert_eq!(time.to_unix_millis(), Some(1_500));
/// assert_eq!(Timestamp::from_unix_millis(1_500), Some(time));
///
/// let seconds = 1_u64;
/// assert_eq!(seconds.to_unix_millis(), Some(1_000));
/// assert_eq!(u64::from_unix_millis(1_999), Some(1));
/// assert_eq!(u64::from_unix_millis(-1), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a point in time",
    label = "expected a time type",
    note = "use `std::time::SystemTime`, seconds as `i64` or `u64`, or a type of `time`, `chrono` or `jiff` behind the feature of that name",
    note = "for a type of your own implement `dynacrypt::codec::Timestamp`"
)]
pub trait Timestamp: Sized {
    /// Milliseconds since the Unix epoch; `None` where they do not fit.
    fn to_unix_millis(&self) -> Option<i64>;

    /// The time of a count of milliseconds; `None` where the type cannot hold it.
    fn from_unix_millis(millis: i64) -> Option<Self>;

    /// Nanoseconds since the Unix epoch; `None` where the time has no such count. Provided by way
    /// of milliseconds.
    fn to_unix_nanos(&self) -> Option<i128> {
        self.to_unix_millis().map(|millis| i128::from(millis) * NANOS_PER_MILLI)
    }

    /// The time of a count of nanoseconds; `None` where the type cannot hold it. Provided by way
    /// of milliseconds.
    #[must_use]
    fn from_unix_nanos(nanos: i128) -> Option<Self> {
        Self::from_unix_millis(whole_millis(nanos)?)
    }
}

fn whole_millis(nanos: i128) -> Option<i64> {
    i64::try_from(nanos.div_euclid(NANOS_PER_MILLI)).ok()
}

impl Timestamp for SystemTime {
    fn to_unix_millis(&self) -> Option<i64> {
        whole_millis(self.to_unix_nanos()?)
    }

    fn from_unix_millis(millis: i64) -> Option<Self> {
        let offset = Duration::from_millis(millis.unsigned_abs());
        if millis < 0 { UNIX_EPOCH.checked_sub(offset) } else { UNIX_EPOCH.checked_add(offset) }
    }

    fn to_unix_nanos(&self) -> Option<i128> {
        let nanos = |duration: Duration| i128::try_from(duration.as_nanos()).ok();
        match self.duration_since(UNIX_EPOCH) {
            Ok(after) => nanos(after),
            Err(before) => nanos(before.duration()).map(|nanos| -nanos),
        }
    }

    fn from_unix_nanos(nanos: i128) -> Option<Self> {
        let magnitude = i128::try_from(nanos.unsigned_abs()).ok()?;
        let seconds = u64::try_from(magnitude / NANOS_PER_SECOND).ok()?;
        let rest = u32::try_from(magnitude % NANOS_PER_SECOND).ok()?;
        let offset = Duration::new(seconds, rest);
        if nanos < 0 { UNIX_EPOCH.checked_sub(offset) } else { UNIX_EPOCH.checked_add(offset) }
    }
}

/// Seconds.
impl Timestamp for i64 {
    fn to_unix_millis(&self) -> Option<i64> {
        self.checked_mul(MILLIS_PER_SECOND)
    }

    fn from_unix_millis(millis: i64) -> Option<Self> {
        Some(millis.div_euclid(MILLIS_PER_SECOND))
    }
}

/// Seconds.
impl Timestamp for u64 {
    fn to_unix_millis(&self) -> Option<i64> {
        i64::try_from(*self).ok()?.checked_mul(MILLIS_PER_SECOND)
    }

    fn from_unix_millis(millis: i64) -> Option<Self> {
        Self::try_from(millis.div_euclid(MILLIS_PER_SECOND)).ok()
    }
}

#[cfg(feature = "time")]
impl Timestamp for time::OffsetDateTime {
    fn to_unix_millis(&self) -> Option<i64> {
        whole_millis(self.unix_timestamp_nanos())
    }

    fn from_unix_millis(millis: i64) -> Option<Self> {
        Self::from_unix_nanos(i128::from(millis) * NANOS_PER_MILLI)
    }

    fn to_unix_nanos(&self) -> Option<i128> {
        Some(self.unix_timestamp_nanos())
    }

    /// The time in UTC.
    fn from_unix_nanos(nanos: i128) -> Option<Self> {
        Self::from_unix_timestamp_nanos(nanos).ok()
    }
}

#[cfg(feature = "chrono")]
impl Timestamp for chrono::DateTime<chrono::Utc> {
    fn to_unix_millis(&self) -> Option<i64> {
        Some(self.timestamp_millis())
    }

    fn from_unix_millis(millis: i64) -> Option<Self> {
        Self::from_timestamp_millis(millis)
    }

    fn to_unix_nanos(&self) -> Option<i128> {
        // Within a leap second there are more nanoseconds than a second has.
        let rest = i128::from(self.timestamp_subsec_nanos());
        (rest < NANOS_PER_SECOND).then(|| i128::from(self.timestamp()) * NANOS_PER_SECOND + rest)
    }

    fn from_unix_nanos(nanos: i128) -> Option<Self> {
        let seconds = i64::try_from(nanos.div_euclid(NANOS_PER_SECOND)).ok()?;
        let rest = u32::try_from(nanos.rem_euclid(NANOS_PER_SECOND)).ok()?;
        Self::from_timestamp(seconds, rest)
    }
}

#[cfg(feature = "jiff")]
impl Timestamp for jiff::Timestamp {
    fn to_unix_millis(&self) -> Option<i64> {
        whole_millis(self.as_nanosecond())
    }

    fn from_unix_millis(millis: i64) -> Option<Self> {
        Self::from_millisecond(millis).ok()
    }

    fn to_unix_nanos(&self) -> Option<i128> {
        Some(self.as_nanosecond())
    }

    fn from_unix_nanos(nanos: i128) -> Option<Self> {
        Self::from_nanosecond(nanos).ok()
    }
}

#[cfg(test)]
mod tests;
