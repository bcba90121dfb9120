//! The calls that change one item. Each sends a prepared write, whose condition was made of an
//! `OwnerProof`, and gives back no item that is not the principal's.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValue;

use super::terms::{Refused, Terms};
use super::write::{Action, Write};
use super::{DynamoStore, kind_of};
use crate::access::OwnerProof;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Attributes, Record};
use crate::transport::translate;

/// Which item a write gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returns {
    /// None.
    Nothing,
    /// As it was.
    Old,
    /// As it is. Of an update only.
    New,
}

impl Returns {
    fn value(self) -> Option<ReturnValue> {
        match self {
            Self::Nothing => None,
            Self::Old => Some(ReturnValue::AllOld),
            Self::New => Some(ReturnValue::AllNew),
        }
    }
}

/// Sends a request; a failed condition is judged by the item that failed it. The SDK sends a request
/// again whose answer was lost, and can so meet what it stored itself.
macro_rules! send {
    ($store:ident, $demands:ident, $returns:ident, $operation:literal, $request:expr, $failed:path) => {
        match $store.guarded($request.customize()).send().await {
            Ok(answer) => Ok(answer.attributes),
            Err(error) => match error.as_service_error() {
                Some($failed(failed))
                    if $returns != Returns::Old && $demands.are_met_by(failed.item.as_ref()) =>
                {
                    Ok(failed.item.clone().filter(|_| $returns == Returns::New))
                }
                Some($failed(failed)) => Err($demands.judge(failed.item.clone())),
                _ => Err(translate($operation, &error, kind_of).into()),
            },
        }
    };
}

impl DynamoStore {
    /// Sends one write.
    pub(crate) async fn write(
        &self,
        write: Write,
        returns: Returns,
    ) -> Result<Option<Attributes>, Refused> {
        let on_failure = write.on_failure();
        let Write { action, condition, names, values, demands } = write;
        match action {
            Action::Put(item) => {
                let request = self
                    .client
                    .put_item()
                    .table_name(&*self.table)
                    .set_item(Some(item))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_values(returns.value())
                    .set_return_values_on_condition_check_failure(on_failure);
                send!(
                    self,
                    demands,
                    returns,
                    "dynamodb:PutItem",
                    request,
                    PutItemError::ConditionalCheckFailedException
                )
            }
            Action::Update(key, text) => {
                let request = self
                    .client
                    .update_item()
                    .table_name(&*self.table)
                    .set_key(Some(key))
                    .update_expression(text)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_values(returns.value())
                    .set_return_values_on_condition_check_failure(on_failure);
                send!(
                    self,
                    demands,
                    returns,
                    "dynamodb:UpdateItem",
                    request,
                    UpdateItemError::ConditionalCheckFailedException
                )
            }
            Action::Delete(key) => {
                let request = self
                    .client
                    .delete_item()
                    .table_name(&*self.table)
                    .set_key(Some(key))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .set_return_values(returns.value())
                    .set_return_values_on_condition_check_failure(on_failure);
                send!(
                    self,
                    demands,
                    returns,
                    "dynamodb:DeleteItem",
                    request,
                    DeleteItemError::ConditionalCheckFailedException
                )
            }
            Action::Check(_) => Err(Error::new(ErrorKind::InvalidRecord)
                .with_reason("a check is part of a transaction")
                .into()),
        }
    }

    /// Deletes the item of the proof's key; gives whether there was one. An item of another owner
    /// stays, and is answered as absent.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn delete<R: Record>(&self, proof: OwnerProof<R>) -> Result<bool> {
        let write = Write::delete(&proof, &Terms::NONE)?;
        match self.write(write, Returns::Nothing).await {
            Ok(_) => Ok(true),
            Err(refused) if refused.error.is_not_found() => Ok(false),
            Err(refused) => Err(refused.error),
        }
    }
}
