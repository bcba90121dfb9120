//! Whether a schema document says something that a schema can say. It never changes one.

use std::collections::BTreeSet;

use super::document::{Document, Field, Kind, Part, PartField, Scalar, VERSION};
use super::invalid;
use crate::error::Result;
use crate::record::HEADER_ATTRIBUTE;

/// DynamoDB's limit for the names of keys and of indexed attributes.
const MAX_NAME_LEN: usize = 255;

pub(super) fn check(document: &Document) -> Result<()> {
    if document.dynacrypt_schema != VERSION {
        return Err(invalid("this version of schema documents is not known"));
    }
    if document.record.is_empty() || document.table.is_empty() {
        return Err(invalid("a schema names its record and its table"));
    }
    let mut names = BTreeSet::new();
    for field in &document.fields {
        if field.name.is_empty() || field.name.len() > MAX_NAME_LEN {
            return Err(invalid("an attribute name has 1 to 255 bytes"));
        }
        if field.name == HEADER_ATTRIBUTE {
            return Err(invalid("a field has the name of the header attribute"));
        }
        if !names.insert(field.name.as_str()) {
            return Err(invalid("two fields have one name"));
        }
        check_field(field)?;
    }
    let count = |is: fn(&Field) -> bool| document.fields.iter().filter(|field| is(field)).count();
    if count(|field| field.kind == Kind::PartitionKey) != 1 {
        return Err(invalid("a schema has one partition key"));
    }
    if count(|field| field.kind == Kind::SortKey) > 1 {
        return Err(invalid("a schema has at most one sort key"));
    }
    if count(|field| field.owner) > 1 {
        return Err(invalid("a schema has at most one owner"));
    }
    for index in &document.indexes {
        if index.name.is_empty() {
            return Err(invalid("an index has a name"));
        }
        let keys = [Some(&index.partition_key), index.sort_key.as_ref()];
        if keys.into_iter().flatten().any(|name| !names.contains(name.as_str())) {
            return Err(invalid("the key of an index is a field of the record"));
        }
    }
    Ok(())
}

fn check_field(field: &Field) -> Result<()> {
    let is_key = matches!(field.kind, Kind::PartitionKey | Kind::SortKey);
    let has_type = is_key || field.kind == Kind::Owner;
    if has_type && matches!(field.scalar, None | Some(Scalar::Bool)) {
        return Err(invalid("a key or owner has the type S, N or B"));
    }
    if field.owner && !has_type || field.kind == Kind::Owner && !field.owner {
        return Err(invalid("the owner is a key, or of the kind `owner` and marked as one"));
    }
    if (field.kind == Kind::Entity) != field.value.is_some() {
        return Err(invalid("a field of the kind `entity`, and no other, has a value"));
    }
    let Some(parts) = &field.template else { return Ok(()) };
    if !is_key || parts.is_empty() {
        return Err(invalid("a template makes a key, of at least one part"));
    }
    let owners =
        parts.iter().filter(|part| matches!(part, Part::Field(PartField { owner: true, .. })));
    if owners.count() == usize::from(field.owner) {
        Ok(())
    } else {
        Err(invalid("the template of a key that holds the owner marks one field as the owner"))
    }
}
