//! The calls of a migration that read: pages of items as they are, one item again, how many there are.
//! It never opens an item, and writes nothing.

use super::reseal::units;
use super::{DynamoStore, kind_of, tables};
use crate::access::ServiceProof;
use crate::error::{Error, ErrorKind, Result};
use crate::record::Attributes;
use crate::transport::translate;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;

/// What one request of a scan gave, as it is in the table.
pub(crate) struct RawPage {
    pub(crate) items: Vec<Attributes>,
    /// Where the next page begins; `None` at the end.
    pub(crate) next: Option<Attributes>,
    /// Read capacity units, where DynamoDB said so.
    pub(crate) units: Option<f64>,
}

impl DynamoStore {
    /// One page of a segment, strongly consistent, with items of whatever record type.
    ///
    /// # Errors
    /// DynamoDB's.
    pub(crate) async fn raw_page(
        &self,
        _: &ServiceProof,
        (number, of): (i32, i32),
        limit: i32,
        start: Option<Attributes>,
    ) -> Result<RawPage> {
        let request = self
            .client
            .scan()
            .table_name(&*self.table)
            .consistent_read(true)
            .segment(number)
            .total_segments(of)
            .limit(limit)
            .set_exclusive_start_key(start.clone())
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = self
            .guarded(request.customize())
            .send()
            .await
            .map_err(|error| translate("dynamodb:Scan", &error, kind_of))?;
        let next = answer.last_evaluated_key.filter(|next| !next.is_empty());
        if next.is_some() && next == start {
            return Err(Error::new(ErrorKind::Service).with_reason("a page ends where it begins"));
        }
        Ok(RawPage {
            items: answer.items.unwrap_or_default(),
            next,
            units: units(answer.consumed_capacity.as_ref()),
        })
    }

    /// One item as it is, by its key attributes, and what reading it took.
    ///
    /// # Errors
    /// DynamoDB's.
    pub(crate) async fn raw_item(
        &self,
        _: &ServiceProof,
        key: Attributes,
    ) -> Result<(Option<Attributes>, Option<f64>)> {
        let request = self
            .client
            .get_item()
            .table_name(&*self.table)
            .consistent_read(true)
            .set_key(Some(key))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = self
            .guarded(request.customize())
            .send()
            .await
            .map_err(|error| translate("dynamodb:GetItem", &error, kind_of))?;
        Ok((answer.item, units(answer.consumed_capacity.as_ref())))
    }

    /// About how many items the table has; `None` where DynamoDB does not say.
    pub(crate) async fn estimated_items(&self, _: &ServiceProof) -> Option<u64> {
        let table = tables::describe(&self.client, self.guard, &self.table).await.ok()??;
        table.item_count.and_then(|count| u64::try_from(count).ok())
    }
}
