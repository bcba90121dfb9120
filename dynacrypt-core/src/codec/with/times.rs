//! Times as counts since the epoch, or as text. It never asks a clock, and never keeps a time zone.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{AttributeCodec, ClearValue};
use crate::codec::time::rfc3339;
use crate::codec::{AttributeError, Timestamp, short_name};

/// A [`Timestamp`] as whole seconds since 1970 (`N`), rounded down. What DynamoDB's time to live
/// reads.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AsEpochSeconds;

/// A [`Timestamp`] as whole milliseconds since 1970 (`N`), rounded down.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AsEpochMillis;

/// A [`Timestamp`] as text (`S`) in RFC 3339, in UTC with nine digits after the second, such as
/// `2026-11-21T02:33:07.000000000Z`: text order is time order. From year 0 to 9999.
///
/// It reads every RFC 3339 time of at most nine digits, with `Z` or an offset.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AsRfc3339;

fn count<T: Timestamp>(
    value: &T,
    millis_each: i64,
) -> Result<Option<AttributeValue>, AttributeError> {
    let millis = value.to_unix_millis().ok_or(AttributeError::new("a time out of range"))?;
    Ok(Some(AttributeValue::N(millis.div_euclid(millis_each).to_string())))
}

fn of_count<T: Timestamp>(
    attribute: Option<AttributeValue>,
    millis_each: i64,
) -> Result<T, AttributeError> {
    let attribute = attribute.ok_or(AttributeError::missing())?;
    let AttributeValue::N(number) = &attribute else {
        return Err(AttributeError::unexpected(short_name::<T>(), &attribute));
    };
    let count: Option<i64> = number.parse().ok();
    count
        .and_then(|count| count.checked_mul(millis_each))
        .and_then(T::from_unix_millis)
        .ok_or_else(|| AttributeError::out_of_range(short_name::<T>(), &attribute))
}

impl<T: Timestamp + ClearValue> AttributeCodec<T> for AsEpochSeconds {
    fn to_attribute(value: &T) -> Result<Option<AttributeValue>, AttributeError> {
        count(value, 1_000)
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<T, AttributeError> {
        of_count(attribute, 1_000)
    }
}

impl<T: Timestamp + ClearValue> AttributeCodec<T> for AsEpochMillis {
    fn to_attribute(value: &T) -> Result<Option<AttributeValue>, AttributeError> {
        count(value, 1)
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<T, AttributeError> {
        of_count(attribute, 1)
    }
}

impl<T: Timestamp + ClearValue> AttributeCodec<T> for AsRfc3339 {
    fn to_attribute(value: &T) -> Result<Option<AttributeValue>, AttributeError> {
        let nanos = value.to_unix_nanos().filter(|nanos| rfc3339::has_form(*nanos));
        let nanos = nanos.ok_or(AttributeError::new("a time out of range"))?;
        Ok(Some(AttributeValue::S(rfc3339::write(nanos))))
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<T, AttributeError> {
        let attribute = attribute.ok_or(AttributeError::missing())?;
        let AttributeValue::S(text) = &attribute else {
            return Err(AttributeError::unexpected(short_name::<T>(), &attribute));
        };
        rfc3339::read(text)
            .and_then(T::from_unix_nanos)
            .ok_or(AttributeError::no_value(short_name::<T>(), "S"))
    }
}
