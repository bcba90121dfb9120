//! Items whose time to live is over, and that DynamoDB has not deleted yet. It never deletes one.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::context::Number;
use crate::expr::Placeholders;
use crate::record::{Attributes, FieldRole, Schema};

/// A point in time, from which items with an earlier time to live are as if they were absent.
#[derive(Debug, Clone)]
pub(crate) struct Expiry {
    name: &'static str,
    /// Seconds since 1970, UTC: what DynamoDB's time to live counts in.
    now: i64,
}

impl Expiry {
    /// Of the records of a schema, at this time, in milliseconds since 1970; `None` where they have
    /// no time to live.
    pub(crate) fn at(schema: &'static Schema, millis: i64) -> Option<Self> {
        let (_, spec) = schema.role(FieldRole::Ttl)?;
        Some(Self { name: spec.name(), now: millis.div_euclid(1000) })
    }

    /// The attribute that says when an item expires.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Whether an item's time is over. What is not a number is no time to DynamoDB, and does not
    /// expire.
    pub(crate) fn is_over(&self, item: &Attributes) -> bool {
        match item.get(self.name) {
            Some(AttributeValue::N(until)) => seconds(until).is_some_and(|until| until <= self.now),
            _ => false,
        }
    }

    /// The filter that leaves out what is over.
    pub(crate) fn filter(&self, placeholders: &mut Placeholders) -> String {
        let name = placeholders.name(self.name);
        let number = placeholders.value(AttributeValue::S("N".to_owned()));
        let now = placeholders.value(AttributeValue::N(self.now.to_string()));
        format!("(NOT attribute_type({name}, {number}) OR {name} > {now})")
    }
}

/// A number as whole seconds, rounded down; what is too large for an `i64` is far in the future.
fn seconds(text: &str) -> Option<i64> {
    let number = Number::parse(text)?;
    let whole = number.as_str().split('.').next().unwrap_or_default();
    let past = whole.starts_with('-');
    Some(whole.parse().unwrap_or(if past { i64::MIN } else { i64::MAX }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_does_not_expire() {
        let expiry = Expiry { name: "until", now: 1_000 };
        let is_over = |until: AttributeValue| {
            expiry.is_over(&Attributes::from([("until".to_owned(), until)]))
        };
        let number = |text: &str| AttributeValue::N(text.to_owned());
        for over in ["1000", "999", "0", "-1", "1e3", "999.5", "-1e30"] {
            assert!(is_over(number(over)), "{over}");
        }
        for not_over in ["1001", "1e4", "1e30", "1001.5"] {
            assert!(!is_over(number(not_over)), "{not_over}");
        }
        assert!(!is_over(AttributeValue::S("0".to_owned())));
        assert!(!is_over(AttributeValue::Null(true)));
        assert!(!expiry.is_over(&Attributes::new()));
    }
}
