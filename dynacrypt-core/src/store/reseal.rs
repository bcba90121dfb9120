//! The write that puts ciphertext in the place of an old form. It never creates an item or writes what
//! is not sealed, and takes back nothing that another writer has changed.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConsumedCapacity, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
};

use super::{DynamoStore, check_len, key_attributes, kind_of, partition_name};
use crate::access::OwnerProof;
#[cfg(feature = "jobs")]
use crate::access::ServiceProof;
use crate::codec;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Placeholders;
use crate::record::{Attributes, FieldKind, FieldSpec, HEADER_ATTRIBUTE, Record, Schema};
use crate::sealed::Sealed;
use crate::transport::translate;

/// Most bytes of an expression (DynamoDB developer guide, "Expression parameters").
const MAX_EXPRESSION_LEN: usize = 4096;

/// Most operators and functions of an expression (the same place).
const MAX_OPERATORS: usize = 300;

/// What became of a write.
#[cfg_attr(not(feature = "jobs"), allow(dead_code, reason = "a job looks at all of it"))]
pub(crate) enum Resealed {
    /// It happened, for so many write capacity units, where DynamoDB said so.
    Done(Option<f64>),
    /// The item is not as it was read. As it is, where DynamoDB said so.
    Changed(Option<Attributes>),
}

impl DynamoStore {
    /// Sends the write. It can be sent again as it is.
    ///
    /// # Errors
    /// DynamoDB's, but for a condition that did not hold.
    async fn send_reseal(&self, write: &Reseal) -> Result<Resealed> {
        let request = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(write.key.clone()))
            .update_expression(&write.update)
            .condition_expression(&write.condition)
            .set_expression_attribute_names(write.names.clone())
            .set_expression_attribute_values(write.values.clone())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match self.guarded(request.customize()).send().await {
            Ok(answer) => Ok(Resealed::Done(units(answer.consumed_capacity.as_ref()))),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Resealed::Changed(failed.item.clone()))
                }
                _ => Err(translate("dynamodb:UpdateItem", &error, kind_of)),
            },
        }
    }

    /// Sends it for a job, which may change every item.
    ///
    /// # Errors
    /// As [`send_reseal`](Self::send_reseal).
    #[cfg(feature = "jobs")]
    pub(crate) async fn reseal(&self, _: &ServiceProof, write: &Reseal) -> Result<Resealed> {
        self.send_reseal(write).await
    }

    /// Sends it for whom the item is.
    ///
    /// # Errors
    /// `is_access_denied` where it is about another item; as [`send_reseal`](Self::send_reseal).
    pub(crate) async fn reseal_own<R: Record>(
        &self,
        proof: &OwnerProof<R>,
        write: &Reseal,
    ) -> Result<Resealed> {
        if write.key != key_attributes(R::SCHEMA, proof.key()) {
            return Err(Error::new(ErrorKind::AccessDenied));
        }
        self.send_reseal(write).await
    }
}

pub(super) fn units(consumed: Option<&ConsumedCapacity>) -> Option<f64> {
    consumed.and_then(ConsumedCapacity::capacity_units).filter(|units| *units >= 0.0)
}

/// The write that makes a sealed item of one that is not, ready to be sent: it touches what is sealed
/// or bound and the attributes of the old form, if all of these are as they were read, and nothing
/// else of the item.
#[cfg_attr(not(feature = "jobs"), allow(dead_code, reason = "a job looks at all of it"))]
pub(crate) struct Reseal {
    key: Attributes,
    update: String,
    condition: String,
    names: Option<HashMap<String, String>>,
    values: Option<HashMap<String, AttributeValue>>,
    header: Option<AttributeValue>,
    after: Attributes,
}

impl Reseal {
    /// Of the item as it was read, the record of it sealed anew, and the names of the attributes that
    /// the old form has beside the fields' own.
    ///
    /// # Errors
    /// `is_item_too_large`; `is_invalid_record` where the key changed, or the expressions get longer
    /// than DynamoDB takes.
    pub(crate) fn new<R: Record>(
        read: &Attributes,
        sealed: Sealed<R>,
        old: &[String],
    ) -> Result<Self> {
        let schema = R::SCHEMA;
        let mut sealed = sealed.into_item();
        let key = key_of(schema, read)?;
        if key.iter().any(|(name, value)| sealed.get(name) != Some(value)) {
            return Err(invalid("sealed anew, it would be under another key"));
        }
        let mut text = Text::default();
        let mut after = read.clone();
        let fields = schema.fields().iter().filter(|spec| !spec.is_key());
        for spec in fields.filter(|spec| is_replaced(spec) || is_bound(spec)) {
            let (name, was) = (spec.name(), read.get(spec.name()));
            text.expect(name, was);
            let new = sealed.remove(name);
            if is_replaced(spec) || !is_same(was, new.as_ref()) {
                text.assign(name, was.is_some(), new.as_ref());
                replace(&mut after, name, new);
            }
        }
        let header = sealed.remove(HEADER_ATTRIBUTE);
        text.expect(HEADER_ATTRIBUTE, read.get(HEADER_ATTRIBUTE));
        text.assign(HEADER_ATTRIBUTE, read.contains_key(HEADER_ATTRIBUTE), header.as_ref());
        replace(&mut after, HEADER_ATTRIBUTE, header.clone());
        for name in old.iter().filter(|name| !is_of_schema(schema, name)) {
            text.expect(name, read.get(name));
            text.assign(name, read.contains_key(name), None);
            after.remove(name);
        }
        check_len(&after)?;
        let (update, condition, placeholders) = text.finish(partition_name(schema)?)?;
        let (names, values) = placeholders.finish();
        Ok(Self { key, update, condition, names, values, header, after })
    }
}

#[cfg(feature = "jobs")]
impl Reseal {
    /// The item as it is to be, if nobody changes the rest of it.
    pub(crate) fn after(&self) -> &Attributes {
        &self.after
    }

    /// Whether an item is as this write left it: no other write has its header.
    pub(crate) fn made(&self, item: &Attributes) -> bool {
        self.header.is_some() && item.get(HEADER_ATTRIBUTE) == self.header.as_ref()
    }

    /// Key attributes of the item.
    pub(crate) fn key(&self) -> &Attributes {
        &self.key
    }
}

/// Key attributes of an item.
///
/// # Errors
/// [`ErrorKind::Service`] where it has none, which no table gives.
pub(crate) fn key_of(schema: &'static Schema, item: &Attributes) -> Result<Attributes> {
    let names = [schema.partition_key(), schema.sort_key()].into_iter().flatten();
    names
        .map(|spec| {
            let value = item.get(spec.name()).ok_or_else(|| {
                Error::new(ErrorKind::Service).with_reason("an item came without its key")
            })?;
            Ok((spec.name().to_owned(), value.clone()))
        })
        .collect()
}

/// Whether an attribute name is one of the schema's: such a one belongs to its field, whatever an
/// old format says.
fn is_of_schema(schema: &'static Schema, name: &str) -> bool {
    name == HEADER_ATTRIBUTE || schema.fields().iter().any(|spec| spec.name() == name)
}

fn is_replaced(spec: &FieldSpec) -> bool {
    spec.is_encrypted()
}

fn is_bound(spec: &FieldSpec) -> bool {
    spec.is_authenticated() || matches!(spec.kind(), FieldKind::Owner(_))
}

/// Whether a bound attribute has the value that is bound, in whatever form it is stored.
fn is_same(was: Option<&AttributeValue>, new: Option<&AttributeValue>) -> bool {
    match (was, new) {
        (None, None) => true,
        (Some(was), Some(new)) => {
            was == new
                || codec::scalar_of(was).is_some_and(|was| codec::scalar_of(new) == Some(was))
        }
        _ => false,
    }
}

fn replace(item: &mut Attributes, name: &str, new: Option<AttributeValue>) {
    match new {
        Some(new) => drop(item.insert(name.to_owned(), new)),
        None => drop(item.remove(name)),
    }
}

/// The two expressions while they are put together.
#[derive(Default)]
struct Text {
    placeholders: Placeholders,
    set: Vec<String>,
    remove: Vec<String>,
    expect: Vec<String>,
}

impl Text {
    /// The attribute must be as it was read.
    fn expect(&mut self, name: &str, was: Option<&AttributeValue>) {
        let name = self.placeholders.name(name);
        self.expect.push(match was {
            Some(was) => format!("{name} = {}", self.placeholders.value(was.clone())),
            None => format!("attribute_not_exists({name})"),
        });
    }

    fn assign(&mut self, name: &str, was_there: bool, new: Option<&AttributeValue>) {
        match new {
            Some(new) => {
                let name = self.placeholders.name(name);
                let new = self.placeholders.value(new.clone());
                self.set.push(format!("{name} = {new}"));
            }
            None if was_there => self.remove.push(self.placeholders.name(name)),
            None => {}
        }
    }

    fn finish(mut self, partition: &str) -> Result<(String, String, Placeholders)> {
        let partition = self.placeholders.name(partition);
        self.expect.push(format!("attribute_exists({partition})"));
        // Each comparison, and each `AND` between them.
        let operators = 2 * self.expect.len() - 1;
        let condition = self.expect.join(" AND ");
        let clauses = [("SET", self.set), ("REMOVE", self.remove)];
        let clauses = clauses.iter().filter(|(_, list)| !list.is_empty());
        let update: Vec<String> =
            clauses.map(|(keyword, list)| format!("{keyword} {}", list.join(", "))).collect();
        let update = update.join(" ");
        if update.len().max(condition.len()) > MAX_EXPRESSION_LEN || operators > MAX_OPERATORS {
            return Err(invalid(
                "it has more encrypted and bound attributes than one conditional write can name",
            ));
        }
        Ok((update, condition, self.placeholders))
    }
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidRecord).with_reason(reason)
}

#[cfg(test)]
mod tests;
