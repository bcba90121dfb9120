//! The AWS adapter: the only module that calls DynamoDB. Every call demands an `OwnerProof`; what
//! it takes is sealed and what it gives is not opened yet. It holds no key, and never repeats
//! DynamoDB's texts.

pub(crate) mod tables;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;

use crate::access::OwnerProof;
use crate::codec::{self, MAX_ITEM_LEN};
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Attributes, FieldSpec, Key, Record, Schema};
use crate::sealed::{Sealed, Unopened};
use crate::transport::{HttpsGuard, translate};

/// Which items a put may meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PutMode {
    /// None under this key.
    Create,
    /// One that is there, and the principal's.
    Replace,
    /// Either.
    Either,
}

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
}

impl DynamoStore {
    pub(crate) fn new(client: Client, table: &str) -> Self {
        let guard = HttpsGuard { allow_plain_http: false };
        Self { client, table: table.into(), guard, consistent: true }
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

    /// The item of the proof's key. An item of another owner is answered as absent, before it is
    /// opened.
    ///
    /// # Errors
    /// DynamoDB's: throttled, unavailable, table not found, insecure endpoint, service.
    pub async fn get<R: Record>(&self, proof: OwnerProof<R>) -> Result<Option<Unopened<R>>> {
        let item = self.fetch(&proof, None).await?;
        Ok(item.map(|item| Unopened::new(proof.key().clone(), item)))
    }

    /// Whether there is an item of the proof's key. An item of another owner is answered as absent.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    ///
    /// # Security
    /// Nothing is opened, so nothing is authenticated: whoever can write to the table can make this
    /// answer yes.
    pub async fn exists<R: Record>(&self, proof: OwnerProof<R>) -> Result<bool> {
        let probe = match proof.stored_owner() {
            Some((name, _)) => name,
            None => partition_name(R::SCHEMA)?,
        };
        Ok(self.fetch(&proof, Some(probe)).await?.is_some())
    }

    /// Reads the item, or one attribute of it, and answers as if it were absent where the stored
    /// owner is another.
    async fn fetch<R: Record>(
        &self,
        proof: &OwnerProof<R>,
        only: Option<&'static str>,
    ) -> Result<Option<Attributes>> {
        let request = self
            .client
            .get_item()
            .table_name(&*self.table)
            .consistent_read(self.consistent)
            .set_key(Some(key_attributes(R::SCHEMA, proof.key())))
            .set_projection_expression(only.map(|_| "#only".to_owned()))
            .set_expression_attribute_names(
                only.map(|name| HashMap::from([("#only".to_owned(), name.to_owned())])),
            );
        let answer = request
            .customize()
            .interceptor(self.guard)
            .send()
            .await
            .map_err(|error| translate("dynamodb:GetItem", &error, kind_of))?;
        Ok(answer.item.filter(|item| is_of_owner(proof, item)))
    }

    /// Stores a sealed item under the proof's key.
    ///
    /// # Errors
    /// `is_conflict` where the key is taken and may not be replaced; `is_not_found` where there is
    /// nothing to replace; `is_item_too_large` before anything is sent; `is_access_denied`
    /// where the proof was issued for another item; DynamoDB's, as [`get`](Self::get).
    pub(crate) async fn put<R: Record>(
        &self,
        proof: OwnerProof<R>,
        sealed: Sealed<R>,
        mode: PutMode,
    ) -> Result<()> {
        let item = sealed.attributes();
        let of_this_key = key_attributes(R::SCHEMA, proof.key())
            .iter()
            .all(|(name, value)| item.get(name) == Some(value));
        if !of_this_key || !is_of_owner(&proof, item) {
            return Err(Error::new(ErrorKind::AccessDenied));
        }
        let len = codec::item_len(sealed.attributes());
        if len > MAX_ITEM_LEN {
            return Err(Error::new(ErrorKind::ItemTooLarge).with_composed_reason(format!(
                "it has about {len} bytes, and DynamoDB takes {MAX_ITEM_LEN}"
            )));
        }
        let (condition, refused) = match (mode, proof.stored_owner()) {
            (PutMode::Create, _) => (Some("attribute_not_exists(#pk)"), ErrorKind::Conflict),
            (PutMode::Replace, None) => (Some("attribute_exists(#pk)"), ErrorKind::NotFound),
            (PutMode::Replace, Some(_)) => {
                (Some("attribute_exists(#pk) AND #owner = :owner"), ErrorKind::NotFound)
            }
            (PutMode::Either, None) => (None, ErrorKind::Service),
            (PutMode::Either, Some(_)) => {
                (Some("attribute_not_exists(#pk) OR #owner = :owner"), ErrorKind::Conflict)
            }
        };
        let mut request =
            self.client.put_item().table_name(&*self.table).set_item(Some(sealed.into_item()));
        if let Some(condition) = condition {
            request = request
                .condition_expression(condition)
                .expression_attribute_names("#pk", partition_name(R::SCHEMA)?);
            if let (PutMode::Replace | PutMode::Either, Some((name, owner))) =
                (mode, proof.stored_owner())
            {
                request = request
                    .expression_attribute_names("#owner", name)
                    .expression_attribute_values(":owner", codec::attribute_of(owner.clone()));
            }
        }
        match request.customize().interceptor(self.guard).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(translate("dynamodb:PutItem", &error, |code| match code {
                CONDITION_FAILED => Some(refused),
                _ => kind_of(code),
            })),
        }
    }

    /// Deletes the item of the proof's key; gives whether there was one. An item of another owner
    /// stays, and is answered as absent.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn delete<R: Record>(&self, proof: OwnerProof<R>) -> Result<bool> {
        let key = key_attributes(R::SCHEMA, proof.key());
        let request = self.client.delete_item().table_name(&*self.table).set_key(Some(key));
        let request = match proof.stored_owner() {
            None => request
                .condition_expression("attribute_exists(#pk)")
                .expression_attribute_names("#pk", partition_name(R::SCHEMA)?),
            Some((name, owner)) => request
                .condition_expression("#owner = :owner")
                .expression_attribute_names("#owner", name)
                .expression_attribute_values(":owner", codec::attribute_of(owner.clone())),
        };
        match request.customize().interceptor(self.guard).send().await {
            Ok(_) => Ok(true),
            Err(error) => {
                let error = translate("dynamodb:DeleteItem", &error, kind_of);
                if error.is_conflict() { Ok(false) } else { Err(error) }
            }
        }
    }
}

const CONDITION_FAILED: &str = "ConditionalCheckFailedException";

/// The codes of the operations above, in the DynamoDB API reference.
fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        CONDITION_FAILED => ErrorKind::Conflict,
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
