//! Reads of one key. What they give is not opened yet, and never another owner's.

use std::collections::HashMap;

use super::{DynamoStore, is_of_owner, key_attributes, kind_of, partition_name};
use crate::access::OwnerProof;
use crate::error::Result;
use crate::record::{Attributes, Record};
use crate::sealed::Unopened;
use crate::transport::translate;

impl DynamoStore {
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
        let answer = self
            .guarded(request.customize())
            .send()
            .await
            .map_err(|error| translate("dynamodb:GetItem", &error, kind_of))?;
        Ok(answer.item.filter(|item| is_of_owner(proof, item)))
    }
}
