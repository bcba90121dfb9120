//! Attributes as the DynamoDB Streams API has them, to those of DynamoDB's. It never drops one.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodbstreams::types::AttributeValue as StreamValue;

/// The attributes; `None` where one is of a type that the SDK does not know.
pub(crate) fn stream_attributes(
    image: HashMap<String, StreamValue>,
) -> Option<HashMap<String, AttributeValue>> {
    image.into_iter().map(|(name, value)| Some((name, attribute(value)?))).collect()
}

fn attribute(value: StreamValue) -> Option<AttributeValue> {
    Some(match value {
        StreamValue::S(text) => AttributeValue::S(text),
        StreamValue::N(number) => AttributeValue::N(number),
        StreamValue::B(bytes) => AttributeValue::B(bytes),
        StreamValue::Bool(value) => AttributeValue::Bool(value),
        StreamValue::Null(value) => AttributeValue::Null(value),
        StreamValue::Ss(texts) => AttributeValue::Ss(texts),
        StreamValue::Ns(numbers) => AttributeValue::Ns(numbers),
        StreamValue::Bs(blobs) => AttributeValue::Bs(blobs),
        StreamValue::L(list) => {
            AttributeValue::L(list.into_iter().map(attribute).collect::<Option<_>>()?)
        }
        StreamValue::M(map) => AttributeValue::M(stream_attributes(map)?),
        _ => return None,
    })
}
