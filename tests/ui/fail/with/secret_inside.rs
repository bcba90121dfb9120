use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::codec::{AttributeCodec, AttributeError};
use dynacrypt::{ExposeSecret, Secret};

struct Identity {
    ssn: Secret<String>,
}

struct Leak;

impl AttributeCodec<Vec<Identity>> for Leak {
    fn to_attribute(value: &Vec<Identity>) -> Result<Option<AttributeValue>, AttributeError> {
        Ok(value.first().map(|one| AttributeValue::S(one.ssn.expose_secret().clone())))
    }

    fn from_attribute(_: Option<AttributeValue>) -> Result<Vec<Identity>, AttributeError> {
        Err(AttributeError::missing())
    }
}

fn main() {}
