//! A table from a record's schema: key schema and attribute definitions, as a `CreateTable`
//! request. It never sends one.

use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};

use crate::context::ScalarType;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{FieldKind, Record};

/// The table that holds records of type `R`, as the builder of a `CreateTable` request: partition
/// key, sort key where there is one, on-demand billing.
///
/// The table is named as in the schema; set `table_name` where the physical name differs, and
/// anything else that AWS offers (tags, deletion protection, a table class). Send it with the
/// builder's `send_with(&client)`.
///
/// # Examples
/// ```no_run
/// use dynacrypt_core::record::Record;
/// use dynacrypt_core::table;
///
/// type Error = Box<dyn std::error::Error>;
///
/// async fn create<R: Record>(client: &aws_sdk_dynamodb::Client) -> Result<(), Error> {
///     table::definition::<R>()?
///         .table_name("production-profiles")
///         .deletion_protection_enabled(true)
///         .send_with(client)
///         .await?;
///     Ok(())
/// }
/// ```
///
/// # Errors
/// `is_invalid_record` where the schema has no partition key, or a key of a type that DynamoDB does
/// not take as one. The derive macro writes no such schema.
pub fn definition<R: Record>() -> Result<CreateTableInputBuilder> {
    let mut table = CreateTableInputBuilder::default()
        .table_name(R::SCHEMA.table())
        .billing_mode(BillingMode::PayPerRequest);
    let partition =
        R::SCHEMA.partition_key().ok_or_else(|| invalid("the schema has no partition key"))?;
    for field in [Some(partition), R::SCHEMA.sort_key()].into_iter().flatten() {
        let (role, scalar) = match field.kind() {
            FieldKind::PartitionKey(scalar) => (KeyType::Hash, scalar),
            FieldKind::SortKey(scalar) => (KeyType::Range, scalar),
            _ => return Err(invalid("a key field is of another kind")),
        };
        let element = KeySchemaElement::builder().attribute_name(field.name()).key_type(role);
        let attribute = AttributeDefinition::builder()
            .attribute_name(field.name())
            .attribute_type(attribute_type(scalar)?);
        table = table
            .key_schema(element.build().map_err(|_| invalid("a key is incomplete"))?)
            .attribute_definitions(attribute.build().map_err(|_| invalid("a key is incomplete"))?);
    }
    Ok(table)
}

fn attribute_type(scalar: ScalarType) -> Result<ScalarAttributeType> {
    match scalar {
        ScalarType::S => Ok(ScalarAttributeType::S),
        ScalarType::N => Ok(ScalarAttributeType::N),
        ScalarType::B => Ok(ScalarAttributeType::B),
        ScalarType::Bool => Err(invalid("a boolean cannot be a key")),
    }
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidRecord).with_reason(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{FieldSpec, ItemReader, ItemWriter, NoSortKey, Schema};

    macro_rules! record {
        ($name:ident, $sort:ty, $($field:expr),*) => {
            #[derive(Debug)]
            struct $name;
            impl Record for $name {
                type PartitionKey = String;
                type SortKey = $sort;
        type Columns = ();
        fn columns() {}
                const SCHEMA: &'static Schema =
                    &Schema::new(stringify!($name), "things", &[$($field),*], false);
                fn write(&self, _: &mut ItemWriter) -> Result<()> {
                    Ok(())
                }
                fn read(_: &mut ItemReader) -> Result<Self> {
                    Ok(Self)
                }
            }
        };
    }
    record!(
        Both,
        i64,
        FieldSpec::new("at", FieldKind::SortKey(ScalarType::N)),
        FieldSpec::new("note", FieldKind::Clear),
        FieldSpec::new("id", FieldKind::PartitionKey(ScalarType::B))
    );
    record!(Keyless, NoSortKey, FieldSpec::new("note", FieldKind::Clear));
    record!(Boolean, NoSortKey, FieldSpec::new("id", FieldKind::PartitionKey(ScalarType::Bool)));

    #[test]
    fn keys_come_partition_first_and_alone() {
        let table = definition::<Both>().unwrap().build().unwrap();
        assert_eq!(table.table_name(), Some("things"));
        assert_eq!(table.billing_mode(), Some(&BillingMode::PayPerRequest));
        let keys: Vec<_> =
            table.key_schema().iter().map(|key| (key.attribute_name(), key.key_type())).collect();
        assert_eq!(keys, [("id", &KeyType::Hash), ("at", &KeyType::Range)]);
        let types: Vec<_> = table
            .attribute_definitions()
            .iter()
            .map(|attribute| (attribute.attribute_name(), attribute.attribute_type()))
            .collect();
        assert_eq!(types, [("id", &ScalarAttributeType::B), ("at", &ScalarAttributeType::N)]);
    }

    #[test]
    fn a_schema_that_makes_no_table_is_refused() {
        assert!(definition::<Keyless>().unwrap_err().is_invalid_record());
        assert!(definition::<Boolean>().unwrap_err().is_invalid_record());
    }
}
