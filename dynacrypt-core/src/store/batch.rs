//! Batches: up to 100 keys read, or 25 items written, in one request. It never retries, and sends
//! nothing without a proof, nor anything that needs a condition: batches have none.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{DeleteRequest, KeysAndAttributes, PutRequest, WriteRequest};

use super::{DynamoStore, Expiry, is_of_owner, key_attributes, kind_of};
use crate::access::OwnerProof;
use crate::codec;
use crate::context::Scalar;
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Attributes, Record, Schema};
use crate::sealed::{Sealed, Unopened};
use crate::transport::translate;

/// Most keys of a `BatchGetItem`, most items of a `BatchWriteItem`, most bytes of either's JSON
/// (DynamoDB API reference). A few bytes are kept for what surrounds the items.
pub(crate) const MAX_READS: usize = 100;
pub(crate) const MAX_WRITES: usize = 25;
pub(crate) const MAX_WIRE_LEN: usize = 16 * 1024 * 1024 - 64 * 1024;

/// An answer of so many bytes was cut because of its size, not because the table was throttled: 16
/// MB, less an item.
const FULL: usize = 16 * 1024 * 1024 - codec::MAX_ITEM_LEN;

/// A key of a batch.
pub(crate) struct BatchKey<R> {
    /// Where in the caller's batch it stands.
    pub(crate) place: usize,
    pub(crate) proof: OwnerProof<R>,
    /// How often DynamoDB left it unprocessed.
    pub(crate) left: u32,
}

/// What is written under a key.
pub(crate) enum BatchChange<R> {
    Put(Sealed<R>),
    Delete,
}

/// A write of a batch.
pub(crate) struct BatchEntry<R> {
    pub(crate) key: BatchKey<R>,
    pub(crate) change: BatchChange<R>,
}

/// What became of a request for some keys: the proof of each is used up, or comes back.
pub(crate) struct BatchRead<R> {
    /// By place; `None` for an absent item, and one of another owner.
    pub(crate) items: Vec<(usize, Option<Unopened<R>>)>,
    /// What was not looked up, in the order given.
    pub(crate) left: Vec<BatchKey<R>>,
    /// Whether the answer was cut because of its size.
    pub(crate) full: bool,
    /// Why nothing was looked up, where the request failed.
    pub(crate) error: Option<Error>,
}

/// What became of a request for some writes.
pub(crate) struct BatchWrote<R> {
    /// Places of what is written.
    pub(crate) done: Vec<usize>,
    /// What is not, or not known to be, in the order given.
    pub(crate) left: Vec<BatchEntry<R>>,
    /// Why nothing is known to be written, where the request failed.
    pub(crate) error: Option<Error>,
}

type KeyScalars = (Scalar<'static>, Option<Scalar<'static>>);

impl<R: Record> BatchKey<R> {
    pub(crate) fn scalars(&self) -> KeyScalars {
        (self.proof.key().partition().clone(), self.proof.key().sort().cloned())
    }
}

impl DynamoStore {
    /// Looks up at most [`MAX_READS`] keys that differ. An item that was not asked for is ignored,
    /// and one that is over, or of another owner, answered as absent.
    pub(crate) async fn batch_get<R: Record>(
        &self,
        keys: Vec<BatchKey<R>>,
        expiry: Option<&Expiry>,
    ) -> BatchRead<R> {
        let failed = |keys, error| BatchRead {
            items: Vec::new(),
            left: keys,
            full: false,
            error: Some(error),
        };
        let asked = KeysAndAttributes::builder()
            .set_keys(Some(
                keys.iter().map(|key| key_attributes(R::SCHEMA, key.proof.key())).collect(),
            ))
            .consistent_read(self.consistent)
            .build();
        let asked = match asked {
            Ok(asked) => asked,
            Err(error) => return failed(keys, incomplete(&error)),
        };
        let request = self.client.batch_get_item().request_items(&*self.table, asked);
        let answer = match self.guarded(request.customize()).send().await {
            Ok(answer) => answer,
            Err(error) => {
                return failed(keys, translate("dynamodb:BatchGetItem", &error, kind_of));
            }
        };
        let mut found = HashMap::new();
        let mut bytes = 0;
        for item in answer
            .responses
            .and_then(|mut tables| tables.remove(&*self.table))
            .into_iter()
            .flatten()
        {
            bytes += codec::item_len(&item);
            if let Some(key) = key_scalars(R::SCHEMA, &item) {
                found.insert(key, item);
            }
        }
        let unprocessed: Vec<KeyScalars> = answer
            .unprocessed_keys
            .and_then(|mut tables| tables.remove(&*self.table))
            .into_iter()
            .flat_map(|keys| keys.keys)
            .filter_map(|key| key_scalars(R::SCHEMA, &key))
            .collect();
        let mut read =
            BatchRead { items: Vec::new(), left: Vec::new(), full: bytes >= FULL, error: None };
        for key in keys {
            let scalars = key.scalars();
            if unprocessed.contains(&scalars) {
                read.left.push(key);
                continue;
            }
            let own = found.remove(&scalars).filter(|item| {
                is_of_owner(&key.proof, item) && !expiry.is_some_and(|expiry| expiry.is_over(item))
            });
            let own = own.map(|item| Unopened::new(key.proof.key().clone(), item));
            read.items.push((key.place, own));
        }
        read
    }

    /// Writes at most [`MAX_WRITES`] items whose keys differ.
    pub(crate) async fn batch_write<R: Record>(
        &self,
        entries: Vec<BatchEntry<R>>,
    ) -> BatchWrote<R> {
        let failed =
            |entries, error| BatchWrote { done: Vec::new(), left: entries, error: Some(error) };
        let requests: Result<Vec<_>> = entries.iter().map(write_request).collect();
        let requests = match requests {
            Ok(requests) => requests,
            Err(error) => return failed(entries, error),
        };
        let request = self.client.batch_write_item().request_items(&*self.table, requests);
        let answer = match self.guarded(request.customize()).send().await {
            Ok(answer) => answer,
            Err(error) => {
                return failed(entries, translate("dynamodb:BatchWriteItem", &error, kind_of));
            }
        };
        let unprocessed: Option<Vec<KeyScalars>> = answer
            .unprocessed_items
            .and_then(|mut tables| tables.remove(&*self.table))
            .into_iter()
            .flatten()
            .map(|request| match (&request.put_request, &request.delete_request) {
                (Some(put), _) => key_scalars(R::SCHEMA, put.item()),
                (_, Some(delete)) => key_scalars(R::SCHEMA, delete.key()),
                _ => None,
            })
            .collect();
        let mut wrote = BatchWrote { done: Vec::new(), left: Vec::new(), error: None };
        let sent = entries.len();
        let count = unprocessed.as_ref().map(Vec::len);
        for entry in entries {
            let left = unprocessed.as_ref().is_none_or(|keys| keys.contains(&entry.key.scalars()));
            if left {
                wrote.left.push(entry);
            } else {
                wrote.done.push(entry.key.place);
            }
        }
        // An answer that speaks of other items than were sent says nothing about these.
        if count.is_none_or(|count| count != wrote.left.len() || count > sent) {
            wrote.error = Some(
                Error::new(ErrorKind::Service)
                    .with_reason("the answer names an item that was not sent"),
            );
        }
        wrote
    }
}

/// The request of one entry, from what was sealed: the same bytes each time it is sent.
fn write_request<R: Record>(entry: &BatchEntry<R>) -> Result<WriteRequest> {
    let proof = &entry.key.proof;
    let key = key_attributes(R::SCHEMA, proof.key());
    // A condition on the stored owner cannot be sent.
    if proof.stored_owner().is_some() {
        return Err(Error::new(ErrorKind::AccessDenied));
    }
    let request = WriteRequest::builder();
    Ok(match &entry.change {
        BatchChange::Put(sealed) => {
            let item = sealed.attributes();
            if key.iter().any(|(name, value)| item.get(name) != Some(value)) {
                return Err(Error::new(ErrorKind::AccessDenied));
            }
            let put = PutRequest::builder().set_item(Some(item.clone())).build();
            request.put_request(put.map_err(|error| incomplete(&error))?)
        }
        BatchChange::Delete => {
            let delete = DeleteRequest::builder().set_key(Some(key)).build();
            request.delete_request(delete.map_err(|error| incomplete(&error))?)
        }
    }
    .build())
}

/// The builders refuse a request whose members were not set; these were.
fn incomplete(_: &BuildError) -> Error {
    Error::new(ErrorKind::InvalidRequest).with_reason("a member of the request is not set")
}

/// The key that an item or a key of DynamoDB's answer has, by the schema's names.
fn key_scalars(schema: &'static Schema, item: &Attributes) -> Option<KeyScalars> {
    let scalar = |name| item.get(name).and_then(codec::scalar_of).map(Scalar::into_owned);
    let partition = scalar(schema.partition_key()?.name())?;
    let sort = match schema.sort_key() {
        Some(spec) => Some(scalar(spec.name())?),
        None => None,
    };
    Some((partition, sort))
}
