//! Scalars in their one form, in fields that are not bound. It never has a second form for a value.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{AttributeCodec, ClearValue};
use crate::codec::{self, AttributeError, ScalarValue};

/// A [`ScalarValue`] in its one form, as authenticated fields and keys are stored: a `SystemTime`
/// as RFC 3339 text, a `rust_decimal::Decimal` as a number (`N`).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AsScalar;

impl<T: ScalarValue + ClearValue> AttributeCodec<T> for AsScalar {
    fn to_attribute(value: &T) -> Result<Option<AttributeValue>, AttributeError> {
        if value.is_in_range() {
            Ok(Some(codec::attribute_of(value.to_scalar())))
        } else {
            Err(codec::out_of_range())
        }
    }

    fn from_attribute(attribute: Option<AttributeValue>) -> Result<T, AttributeError> {
        codec::read_scalar(attribute)
    }
}
