//! Reads of one key. What they give is not opened yet, and never another owner's.

use super::{DynamoStore, Expiry, is_of_owner, key_attributes, kind_of, partition_name};
use crate::access::OwnerProof;
use crate::codec;
use crate::context::Scalar;
use crate::error::Result;
use crate::expr::Placeholders;
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
        self.get_at(&proof, None).await
    }

    /// As [`get`](Self::get); what is over counts as absent.
    pub(crate) async fn get_at<R: Record>(
        &self,
        proof: &OwnerProof<R>,
        expiry: Option<&Expiry>,
    ) -> Result<Option<Unopened<R>>> {
        self.get_part(proof, &[], expiry).await
    }

    /// As [`get_at`](Self::get_at), of these attributes alone; of all where there are none.
    pub(crate) async fn get_part<R: Record>(
        &self,
        proof: &OwnerProof<R>,
        attributes: &[&str],
        expiry: Option<&Expiry>,
    ) -> Result<Option<Unopened<R>>> {
        let mut only = attributes.to_vec();
        if !only.is_empty() {
            only.extend(expiry.map(Expiry::name).filter(|name| !attributes.contains(name)));
        }
        let item = self.fetch(proof, &only, self.consistent).await?;
        let item = item.filter(|item| !expiry.is_some_and(|expiry| expiry.is_over(item)));
        Ok(item.map(|item| Unopened::new(proof.key().clone(), item)))
    }

    /// The item as it is now, whatever the consistency of other reads, to be written over.
    pub(crate) async fn current<R: Record>(
        &self,
        proof: &OwnerProof<R>,
    ) -> Result<Option<Attributes>> {
        self.fetch(proof, &[], true).await
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
        self.exists_at(&proof, None).await
    }

    /// As [`exists`](Self::exists); what is over counts as absent.
    pub(crate) async fn exists_at<R: Record>(
        &self,
        proof: &OwnerProof<R>,
        expiry: Option<&Expiry>,
    ) -> Result<bool> {
        let probe = match proof.stored_owner() {
            Some((name, _)) => name,
            None => partition_name(R::SCHEMA)?,
        };
        let probes: Vec<_> = [probe].into_iter().chain(expiry.map(Expiry::name)).collect();
        let item = self.fetch(proof, &probes, self.consistent).await?;
        Ok(item.is_some_and(|item| !expiry.is_some_and(|expiry| expiry.is_over(&item))))
    }

    /// The owner that stands in the stored item, outside its key; `None` where there is no item.
    pub(crate) async fn owner<R: Record>(
        &self,
        proof: &OwnerProof<R>,
    ) -> Result<Option<Scalar<'static>>> {
        let Some(spec) = R::SCHEMA.owner() else { return Ok(None) };
        let item = self.fetch(proof, &[spec.name()], true).await?;
        let owner = item.as_ref().and_then(|item| item.get(spec.name())).and_then(codec::scalar_of);
        Ok(owner.map(Scalar::into_owned))
    }

    /// Reads the item, or some attributes of it, and answers as if it were absent where the stored
    /// owner is another.
    async fn fetch<R: Record>(
        &self,
        proof: &OwnerProof<R>,
        only: &[&str],
        consistent: bool,
    ) -> Result<Option<Attributes>> {
        let mut placeholders = Placeholders::default();
        let only: Vec<String> = only.iter().map(|name| placeholders.name(name)).collect();
        let (names, _) = placeholders.finish();
        let request = self
            .client
            .get_item()
            .table_name(&*self.table)
            .consistent_read(consistent)
            .set_key(Some(key_attributes(R::SCHEMA, proof.key())))
            .set_projection_expression((!only.is_empty()).then(|| only.join(", ")))
            .set_expression_attribute_names(names);
        let answer = self
            .guarded(request.customize())
            .send()
            .await
            .map_err(|error| translate("dynamodb:GetItem", &error, kind_of))?;
        Ok(answer.item.filter(|item| is_of_owner(proof, item)))
    }
}
