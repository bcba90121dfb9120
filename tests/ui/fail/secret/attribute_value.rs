// Nor into an attribute value.
use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::Secret;

fn main() {
    let secret = Secret::from("078-05-1120");
    let _ = AttributeValue::S(secret);
}
