//! Transactions: up to 100 writes, or reads, that happen together or not at all. It never sends
//! what was not made of an `OwnerProof`, and gives out no item that is not the principal's.

use std::sync::Arc;

use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Get, ItemResponse, TransactGetItem, TransactWriteItem};

use super::terms::{Demands, Refused};
use super::write::Write;
use super::{DynamoStore, Expiry, key_attributes, kind_of};
use crate::access::OwnerProof;
use crate::codec;
use crate::context::Scalar;
use crate::error::{Error, ErrorKind, Result, ServiceError};
use crate::record::{Attributes, Record};
use crate::transport::translate;

/// Most actions of a transaction, and most bytes of its items together (DynamoDB API reference).
pub(crate) const MAX_ACTIONS: usize = 100;
pub(crate) const MAX_TRANSACTION_LEN: usize = 4 * 1024 * 1024;

/// Which item, of which table: what no two actions of a transaction may share.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Target {
    table: Arc<str>,
    partition: Scalar<'static>,
    sort: Option<Scalar<'static>>,
}

/// A write of a transaction, ready to be sent any number of times.
pub(crate) struct WritePart {
    item: TransactWriteItem,
    demands: Demands,
}

/// A read of a transaction, of one owner's item.
pub(crate) struct ReadPart {
    item: TransactGetItem,
    owner: Option<(&'static str, Scalar<'static>)>,
    expiry: Option<Expiry>,
}

/// Why a transaction was not committed.
pub(crate) enum NotCommitted {
    /// As a whole.
    Failed(Error),
    /// For a reason of an action's, in the order of the actions.
    Canceled { reasons: Vec<Option<Refused>>, service: ServiceError },
}

impl DynamoStore {
    /// What a proof's item is told apart by.
    pub(crate) fn target<R>(&self, proof: &OwnerProof<R>) -> Target {
        let key = proof.key();
        Target {
            table: Arc::clone(&self.table),
            partition: key.partition().clone(),
            sort: key.sort().cloned(),
        }
    }

    /// A prepared write, as part of a transaction on this store's table.
    ///
    /// # Errors
    /// As [`Write::into_transact_item`].
    pub(crate) fn write_part(&self, write: Write) -> Result<WritePart> {
        let (item, demands) = write.into_transact_item(&self.table)?;
        Ok(WritePart { item, demands })
    }

    /// A read of the proof's item, as part of a transaction on this store's table. What is over
    /// counts as absent.
    ///
    /// # Errors
    /// `is_invalid_request` where the SDK refuses to build it.
    pub(crate) fn read_part<R: Record>(
        &self,
        proof: &OwnerProof<R>,
        expiry: Option<Expiry>,
    ) -> Result<ReadPart> {
        let get = Get::builder()
            .table_name(&*self.table)
            .set_key(Some(key_attributes(R::SCHEMA, proof.key())))
            .build()
            .map_err(|_| {
                Error::new(ErrorKind::InvalidRequest).with_reason("a read lacks a part")
            })?;
        let item = TransactGetItem::builder().get(get).build();
        let owner = proof.stored_owner().map(|(name, owner)| (name, owner.clone()));
        Ok(ReadPart { item, owner, expiry })
    }

    /// This store, to send what belongs to `other` too.
    ///
    /// # Errors
    /// `is_invalid_request` where the other's client is of another region: a transaction is one
    /// request.
    pub(crate) fn joined(mut self, other: &Self) -> Result<Self> {
        if self.client.config().region() != other.client.config().region() {
            return Err(Error::new(ErrorKind::InvalidRequest)
                .with_reason("the tables of a transaction are in one region"));
        }
        self.guard.allow_plain_http &= other.guard.allow_plain_http;
        Ok(self)
    }

    /// Sends the writes, under this idempotency token.
    pub(crate) async fn transact_write(
        &self,
        parts: &[WritePart],
        token: &str,
    ) -> Result<(), NotCommitted> {
        const OPERATION: &str = "dynamodb:TransactWriteItems";
        let request = self
            .client
            .transact_write_items()
            .set_transact_items(Some(parts.iter().map(|part| part.item.clone()).collect()))
            .client_request_token(token);
        let Err(error) = self.guarded(request.customize()).send().await else { return Ok(()) };
        let translated = translate(OPERATION, &error, transaction_kind);
        let (reasons, service) = match (error.into_service_error(), translated.service_error()) {
            (TransactWriteItemsError::TransactionCanceledException(canceled), Some(service)) => {
                (canceled.cancellation_reasons.unwrap_or_default(), service.clone())
            }
            _ => return Err(NotCommitted::Failed(translated)),
        };
        if reasons.len() != parts.len() {
            return Err(NotCommitted::Failed(translated));
        }
        let reasons =
            reasons.into_iter().zip(parts).map(|(reason, part)| match reason.code.as_deref() {
                None | Some("None") => None,
                Some("ConditionalCheckFailed") => Some(part.demands.judge(reason.item)),
                Some(code) => Some(reason_error(OPERATION, code).into()),
            });
        Err(NotCommitted::Canceled { reasons: reasons.collect(), service })
    }

    /// The items of the reads, in their order, as they were at one moment. An item of another owner
    /// is answered as absent.
    ///
    /// # Errors
    /// `is_transaction_canceled`; DynamoDB's, as `get`.
    pub(crate) async fn transact_get(&self, parts: &[ReadPart]) -> Result<Vec<Option<Attributes>>> {
        const OPERATION: &str = "dynamodb:TransactGetItems";
        let request = self
            .client
            .transact_get_items()
            .set_transact_items(Some(parts.iter().map(|part| part.item.clone()).collect()));
        let answer = match self.guarded(request.customize()).send().await {
            Ok(answer) => answer.responses.unwrap_or_default(),
            Err(error) => {
                let translated = translate(OPERATION, &error, transaction_kind);
                let (
                    Some(TransactGetItemsError::TransactionCanceledException(canceled)),
                    Some(service),
                ) = (error.as_service_error(), translated.service_error())
                else {
                    return Err(translated);
                };
                let reasons = canceled.cancellation_reasons().iter().map(|reason| {
                    let code = reason.code().filter(|code| *code != "None");
                    code.map(|code| reason_error(OPERATION, code))
                });
                return Err(Error::canceled(reasons.collect(), service.clone()));
            }
        };
        if answer.len() != parts.len() {
            return Err(Error::new(ErrorKind::Service)
                .with_reason("the answer is not of as many items as were asked for"));
        }
        let own = |(part, answer): (&ReadPart, ItemResponse)| {
            let over = |item: &_| part.expiry.as_ref().is_some_and(|expiry| expiry.is_over(item));
            answer.item.filter(|item| !over(item)).filter(|item| {
                part.owner.as_ref().is_none_or(|(name, owner)| {
                    item.get(*name).and_then(codec::scalar_of).as_ref() == Some(owner)
                })
            })
        };
        Ok(parts.iter().zip(answer).map(own).collect())
    }
}

/// The reason of one action, but for failed conditions.
fn reason_error(operation: &'static str, code: &str) -> Error {
    let kind = match code {
        "TransactionConflict" => ErrorKind::TransactionConflict,
        "ProvisionedThroughputExceeded" | "ThrottlingError" => ErrorKind::Throttled,
        "ItemCollectionSizeLimitExceeded" => ErrorKind::ItemTooLarge,
        _ => ErrorKind::Service,
    };
    Error::new(kind).with_source(ServiceError::new(operation, Some(code), None))
}

/// The codes of transactions, in the DynamoDB API reference.
fn transaction_kind(code: &str) -> Option<ErrorKind> {
    match code {
        "TransactionCanceledException" => Some(ErrorKind::TransactionCanceled),
        "TransactionInProgressException" => Some(ErrorKind::Unavailable),
        "IdempotentParameterMismatchException" => Some(ErrorKind::TokenReused),
        _ => kind_of(code),
    }
}
