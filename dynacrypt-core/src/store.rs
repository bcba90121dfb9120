//! The AWS adapter: the only module that calls DynamoDB. Every call demands an `OwnerProof`; what
//! it takes is sealed and what it gives is not opened yet. It holds no key, and never repeats
//! DynamoDB's texts.

mod batch;
mod call;
#[cfg(feature = "jobs")]
mod checkpoint;
mod expiry;
mod get;
#[cfg(feature = "audit")]
pub(crate) mod inspect;
#[cfg(feature = "jobs")]
mod migrate;
mod parts;
mod query;
#[cfg(all(feature = "audit", feature = "streams"))]
pub(crate) mod shards;
pub(crate) mod tables;
mod terms;
mod transact;
mod write;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::customize::CustomizableOperation;
use aws_sdk_dynamodb::config::Config;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;

use crate::access::OwnerProof;
use crate::codec;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Attributes, FieldSpec, Key, Schema};
use crate::transport::HttpsGuard;

pub(crate) use batch::{BatchChange, BatchEntry, BatchKey, MAX_READS, MAX_WIRE_LEN, MAX_WRITES};
pub(crate) use call::Returns;
#[cfg(feature = "jobs")]
pub(crate) use checkpoint::{Commit, JobId, Lease, SegmentRow};
pub(crate) use expiry::Expiry;
#[cfg(feature = "jobs")]
pub(crate) use migrate::{Reseal, Resealed, key_of};
pub(crate) use query::{Page, Wanted, key_names, position};
pub(crate) use terms::{HeaderSeen, Refused, Terms};
pub(crate) use transact::{
    MAX_ACTIONS, MAX_TRANSACTION_LEN, NotCommitted, ReadPart, Target, WritePart,
};
pub(crate) use write::{PutMode, Write, check_len};

/// A table, behind owner proofs.
///
/// The repository is the way to use it. It is public so that what it demands can be seen: no method
/// works without an [`OwnerProof`], and only the owner check makes one.
#[derive(Clone)]
pub struct DynamoStore {
    client: Client,
    table: Arc<str>,
    guard: HttpsGuard,
    consistent: bool,
    timeout: Option<Duration>,
}

impl DynamoStore {
    pub(crate) fn new(client: Client, table: &str) -> Self {
        let guard = HttpsGuard { allow_plain_http: false };
        Self { client, table: table.into(), guard, consistent: true, timeout: None }
    }

    pub(crate) fn table(mut self, name: &str) -> Self {
        self.table = name.into();
        self
    }

    pub(crate) fn consistent(mut self, consistent: bool) -> Self {
        self.consistent = consistent;
        self
    }

    pub(crate) fn allow_plain_http(mut self) -> Self {
        self.guard.allow_plain_http = true;
        self
    }

    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// What every request goes through: the guard against plain HTTP, and the timeout.
    fn guarded<T, E, B>(
        &self,
        request: CustomizableOperation<T, E, B>,
    ) -> CustomizableOperation<T, E, B> {
        let request = request.interceptor(self.guard);
        match self.timeout {
            Some(timeout) => {
                let timeout = TimeoutConfig::builder().operation_timeout(timeout).build();
                request.config_override(Config::builder().timeout_config(timeout))
            }
            None => request,
        }
    }
}

const CONDITION_FAILED: &str = "ConditionalCheckFailedException";

/// The codes of the operations of one item, in the DynamoDB API reference.
fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        CONDITION_FAILED => ErrorKind::Conflict,
        "TransactionConflictException" => ErrorKind::TransactionConflict,
        "ResourceNotFoundException" => ErrorKind::TableNotFound,
        "ItemCollectionSizeLimitExceededException" => ErrorKind::ItemTooLarge,
        _ => return None,
    })
}

/// Whether an item holds the owner that the proof was issued for, where the key does not settle it.
fn is_of_owner<R>(proof: &OwnerProof<R>, item: &Attributes) -> bool {
    proof.stored_owner().is_none_or(|(name, owner)| {
        item.get(name).and_then(codec::scalar_of).as_ref() == Some(owner)
    })
}

fn partition_name(schema: &'static Schema) -> Result<&'static str> {
    schema.partition_key().map(FieldSpec::name).ok_or_else(|| {
        Error::new(ErrorKind::InvalidRecord).with_reason("the schema has no partition key")
    })
}

fn key_attributes<R>(schema: &'static Schema, key: &Key<R>) -> Attributes {
    let partition = schema.partition_key().zip(Some(key.partition()));
    let sort = schema.sort_key().zip(key.sort());
    let pairs = partition.into_iter().chain(sort);
    pairs
        .map(|(spec, value)| (spec.name().to_owned(), codec::attribute_of(value.clone())))
        .collect()
}

impl fmt::Debug for DynamoStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoStore").field("table", &self.table).finish_non_exhaustive()
    }
}
