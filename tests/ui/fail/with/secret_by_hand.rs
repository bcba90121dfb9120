use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::codec::{AttributeCodec, AttributeError};
use dynacrypt::{ExposeSecret, Record, Secret};

struct Leak;

impl AttributeCodec<Secret<String>> for Leak {
    fn to_attribute(value: &Secret<String>) -> Result<Option<AttributeValue>, AttributeError> {
        Ok(Some(AttributeValue::S(value.expose_secret().clone())))
    }

    fn from_attribute(_: Option<AttributeValue>) -> Result<Secret<String>, AttributeError> {
        Err(AttributeError::missing())
    }
}

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(with = Leak)]
    ssn: Secret<String>,
}

fn main() {}
