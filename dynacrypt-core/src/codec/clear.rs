//! Clear fields to and from attributes, through serde_dynamo. It never guesses a set, a binary or a
//! number that DynamoDB would not keep, and it never sees a secret.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Number;

/// The attribute for a value; `None` where it is to be absent.
///
/// The error is a reason without the value.
pub(crate) fn to_attribute<T: Serialize>(
    value: &T,
) -> Result<Option<AttributeValue>, &'static str> {
    match serde_dynamo::to_attribute_value(value) {
        Ok(AttributeValue::Null(_)) => Ok(None),
        Ok(attribute) if numbers_are_kept(&attribute) => Ok(Some(attribute)),
        Ok(_) => Err("holds a number that DynamoDB does not keep exactly"),
        Err(_) => Err("cannot be turned into an attribute"),
    }
}

/// The value of an attribute, or of its absence.
pub(crate) fn from_attribute<T: DeserializeOwned>(
    attribute: Option<AttributeValue>,
) -> Result<T, &'static str> {
    match attribute {
        Some(attribute) => serde_dynamo::from_attribute_value(attribute)
            .map_err(|_| "the attribute is of another type or shape"),
        // An `Option`, whatever it is called, reads NULL as `None`; anything else refuses it.
        None => serde_dynamo::from_attribute_value(AttributeValue::Null(true))
            .map_err(|_| "the attribute is missing"),
    }
}

/// serde_dynamo writes NaN and infinities as numbers, which DynamoDB refuses with a text that
/// quotes them.
fn numbers_are_kept(attribute: &AttributeValue) -> bool {
    match attribute {
        AttributeValue::N(number) => is_kept(number),
        AttributeValue::Ns(numbers) => numbers.iter().all(|number| is_kept(number)),
        AttributeValue::L(list) => list.iter().all(numbers_are_kept),
        AttributeValue::M(map) => map.values().all(numbers_are_kept),
        _ => true,
    }
}

fn is_kept(number: &str) -> bool {
    // Most are integers, which need no closer look.
    let digits = number.strip_prefix('-').unwrap_or(number);
    let is_integer = (1..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    is_integer || Number::parse(number).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_absent_and_back() {
        assert_eq!(to_attribute(&None::<String>), Ok(None));
        assert_eq!(from_attribute::<Option<String>>(None), Ok(None));
        assert_eq!(from_attribute::<String>(None), Err("the attribute is missing"));
    }

    #[test]
    fn numbers_that_dynamodb_would_not_keep_are_refused() {
        for bad in [f64::NAN, f64::INFINITY, 1e300] {
            assert!(to_attribute(&bad).is_err() && to_attribute(&vec![Some(bad)]).is_err());
        }
        assert_eq!(to_attribute(&0.5_f64), Ok(Some(AttributeValue::N("0.5".to_owned()))));
    }
}
