//! Clear fields to and from attributes: one type of attribute for each of serde's. It never guesses
//! a set or a binary, never writes a number that DynamoDB would not keep, and never sees a secret.
//!
//! What is written is what `serde_dynamo` writes, so that tables can move here; beyond it, integers
//! of 128 bits and [`Number`](crate::context::Number)s are numbers, and nothing panics.

mod map_key;
mod read;
mod write;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::AttributeError;
use read::Reader;
use write::Writer;

/// Nested deeper than this, a value has no attribute: it would otherwise exhaust the stack.
/// DynamoDB itself stops at 32.
const MAX_DEPTH: usize = 128;

/// Names of newtype structs that mean more than serde can say. No type has them by chance.
pub(super) const NUMBER: &str = "\u{037E}dynacrypt::Number\u{037E}";
pub(super) const SET: &str = "\u{037E}dynacrypt::Set\u{037E}";
/// Those of `serde_dynamo::{string_set, number_set, binary_set}`.
const SETS: [&str; 4] =
    [SET, "\u{037E}STRINGSET\u{037E}", "\u{037E}NUMBERSET\u{037E}", "\u{037E}BYTESSET\u{037E}"];

/// The attribute for a value; `None` where it is to be absent.
pub(crate) fn to_attribute<T: Serialize>(
    value: &T,
) -> Result<Option<AttributeValue>, AttributeError> {
    Ok(match value.serialize(Writer::new())? {
        AttributeValue::Null(_) => None,
        attribute => Some(attribute),
    })
}

/// The value of an attribute, or of its absence.
pub(crate) fn from_attribute<T: DeserializeOwned>(
    attribute: Option<AttributeValue>,
) -> Result<T, AttributeError> {
    match attribute {
        Some(attribute) => T::deserialize(Reader::new(attribute)),
        // An `Option`, whatever it is called, reads NULL as `None`; anything else refuses it.
        None => T::deserialize(Reader::new(AttributeValue::Null(true)))
            .map_err(|_| AttributeError::missing()),
    }
}

#[cfg(test)]
mod tests;
