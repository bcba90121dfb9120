//! Writes stored items and their schema as JSON, for `tests/vectors/decode.py`. It never writes
//! plaintext.

use std::error::Error;
use std::path::Path;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::base64;
use dynacrypt::record::{FieldKind, Schema};
use serde_json::{Value, json};

use crate::show::Item;

pub(crate) fn write(
    directory: &Path,
    schema: &Schema,
    items: &[Item],
) -> Result<(), Box<dyn Error>> {
    let items = items.iter().map(item_json).collect::<Result<Vec<_>, _>>()?;
    std::fs::write(directory.join("items.json"), serde_json::to_vec_pretty(&items)?)?;
    std::fs::write(
        directory.join("schema.json"),
        serde_json::to_vec_pretty(&schema_json(schema)?)?,
    )?;
    Ok(())
}

fn item_json(item: &Item) -> Result<Value, Box<dyn Error>> {
    let attribute = |value: &AttributeValue| match value {
        AttributeValue::S(text) => Ok(json!({ "S": text })),
        AttributeValue::N(number) => Ok(json!({ "N": number })),
        AttributeValue::Bool(value) => Ok(json!({ "BOOL": value })),
        AttributeValue::B(blob) => Ok(json!({ "B": base64::encode(blob.as_ref()) })),
        _ => Err("the profile has no such attribute"),
    };
    let pairs = item.iter().map(|(name, value)| Ok((name.clone(), attribute(value)?)));
    Ok(Value::Object(pairs.collect::<Result<_, &str>>()?))
}

fn schema_json(schema: &Schema) -> Result<Value, Box<dyn Error>> {
    let mut attributes = Vec::new();
    for field in schema.fields() {
        let kind = match field.kind() {
            FieldKind::PartitionKey(_) => "partition_key",
            FieldKind::SortKey(_) => "sort_key",
            FieldKind::Authenticated => "authenticated",
            FieldKind::Clear | FieldKind::Owner(_) => "clear",
            FieldKind::Encrypted => "encrypted",
            _ => return Err("a kind of field that this example does not know".into()),
        };
        attributes.push(json!({
            "name": field.name(), "bound_name": field.bound_name(), "kind": kind, "owner": field.is_owner(),
        }));
    }
    Ok(json!({ "table": schema.table(), "whole": schema.is_whole(), "attributes": attributes }))
}
