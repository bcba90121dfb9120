use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::codec::{AttributeCodec, AttributeError};
use dynacrypt::{ExposeSecret, Secret};

struct Leak;

impl AttributeCodec<Arc<Secret<String>>> for Leak {
    fn to_attribute(value: &Arc<Secret<String>>) -> Result<Option<AttributeValue>, AttributeError> {
        Ok(Some(AttributeValue::S(value.expose_secret().clone())))
    }

    fn from_attribute(_: Option<AttributeValue>) -> Result<Arc<Secret<String>>, AttributeError> {
        Err(AttributeError::missing())
    }
}

fn main() {}
