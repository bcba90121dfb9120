//! Times as scalars: RFC 3339 text with a fixed number of digits, so that text order is time order.
//! It never binds two forms of one time.

use std::borrow::Cow;
use std::time::SystemTime;

use super::{NANOS_PER_MILLI, Timestamp, rfc3339};
use crate::codec::{Mismatch, ScalarValue, SetElement};
use crate::context::{Scalar, ScalarType};

macro_rules! times {
    ($($(#[$feature:meta])? $ty:ty;)*) => {$(
        /// RFC 3339 text (`S`) in UTC with nine digits after the second, such as
        /// `2026-11-21T02:33:07.000000000Z`: text order is time order. Only this form is read, and
        /// only times from year 0 to 9999 can be stored.
        $(#[$feature])?
        impl ScalarValue for $ty {
            const TYPE: ScalarType = ScalarType::S;

            fn to_scalar(&self) -> Scalar<'_> {
                to_scalar(self)
            }

            fn from_scalar(scalar: Scalar<'_>) -> Result<Self, Mismatch> {
                from_scalar(scalar)
            }

            fn is_in_range(&self) -> bool {
                self.to_unix_nanos().is_some_and(rfc3339::has_form)
            }
        }

        $(#[$feature])?
        impl SetElement for $ty {}
    )*};
}
times! {
    SystemTime;
    #[cfg(feature = "time")] time::OffsetDateTime;
    #[cfg(feature = "chrono")] chrono::DateTime<chrono::Utc>;
    #[cfg(feature = "jiff")] jiff::Timestamp;
}

fn to_scalar<T: Timestamp>(time: &T) -> Scalar<'static> {
    // What has no count of nanoseconds is out of range: it is looked up, and never stored.
    let by_millis = || time.to_unix_millis().map(|millis| i128::from(millis) * NANOS_PER_MILLI);
    let nanos = time.to_unix_nanos().or_else(by_millis);
    Scalar::S(Cow::Owned(nanos.map(rfc3339::write).unwrap_or_default()))
}

fn from_scalar<T: Timestamp>(scalar: Scalar<'_>) -> Result<T, Mismatch> {
    let Scalar::S(text) = scalar else { return Err(Mismatch) };
    let nanos = rfc3339::read(&text).filter(|nanos| rfc3339::write(*nanos) == text);
    let nanos = nanos.ok_or(Mismatch)?;
    // A type that rounds would read one time and write another.
    T::from_unix_nanos(nanos).filter(|time| time.to_unix_nanos() == Some(nanos)).ok_or(Mismatch)
}
