//! Prepared writes as parts of a transaction. It never sends one.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};

use super::terms::Demands;
use super::write::{Action, Write};
use crate::error::{Error, ErrorKind, Result};

impl Write {
    /// The write as part of a transaction, and what tells why it was refused.
    ///
    /// # Errors
    /// `is_invalid_record` where the SDK refuses to build it.
    pub(crate) fn into_transact_item(self, table: &str) -> Result<(TransactWriteItem, Demands)> {
        let on_failure = self.on_failure();
        let Self { action, condition, names, values, demands } = self;
        let item = TransactWriteItem::builder();
        let item = match action {
            Action::Put(attributes) => item.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(attributes))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_values_on_condition_check_failure(on_failure)
                    .build()
                    .map_err(not_built)?,
            ),
            Action::Update(key, text) => item.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .update_expression(text)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_values_on_condition_check_failure(on_failure)
                    .build()
                    .map_err(not_built)?,
            ),
            Action::Delete(key) => item.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_values_on_condition_check_failure(on_failure)
                    .build()
                    .map_err(not_built)?,
            ),
            Action::Check(key) => item.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_values_on_condition_check_failure(on_failure)
                    .build()
                    .map_err(not_built)?,
            ),
        };
        Ok((item.build(), demands))
    }
}

fn not_built(_: BuildError) -> Error {
    Error::new(ErrorKind::InvalidRecord).with_reason("a write lacks a part")
}
