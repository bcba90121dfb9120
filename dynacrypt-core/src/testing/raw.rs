//! Stored items as DynamoDB holds them, read and written without the mapper. It never opens or
//! seals one.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use super::tables::missing;
use crate::error::Result;
use crate::transport::translate;

/// An item as the AWS client has it: attributes by name.
pub type Item = HashMap<String, AttributeValue>;

/// Every item of a table, read consistently, page by page.
///
/// # Errors
/// What DynamoDB answers; `is_table_not_found` where there is no such table.
///
/// # Security
/// The items show keys and clear attributes, and so does their `Debug`.
pub async fn raw_items(client: &Client, table: &str) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    let mut after = None;
    loop {
        let page = client
            .scan()
            .table_name(table)
            .consistent_read(true)
            .set_exclusive_start_key(after.take())
            .send()
            .await
            .map_err(|error| translate("dynamodb:Scan", &error, missing))?;
        items.extend(page.items.unwrap_or_default());
        after = page.last_evaluated_key.filter(|key| !key.is_empty());
        if after.is_none() {
            return Ok(items);
        }
    }
}

/// Writes an item as it is, over what is there: how a test tampers with what is stored.
///
/// # Errors
/// What DynamoDB answers; `is_table_not_found` where there is no such table.
///
/// # Security
/// No owner check, no sealing: whatever is in the item is stored in the clear.
pub async fn put_raw(client: &Client, table: &str, item: Item) -> Result<()> {
    match client.put_item().table_name(table).set_item(Some(item)).send().await {
        Ok(_) => Ok(()),
        Err(error) => Err(translate("dynamodb:PutItem", &error, missing)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tests::{Thing, thing};
    use crate::testing::{EmbeddedDynamo, create_table};

    #[tokio::test]
    async fn a_scan_goes_on_after_the_first_page() {
        let dynamodb = EmbeddedDynamo::start().unwrap();
        create_table::<Thing>(dynamodb.client(), "things").await.unwrap();
        // A page ends at 1 MB.
        for n in 0..5 {
            let mut item = thing(&n.to_string());
            item.insert("bulk".to_owned(), AttributeValue::S("x".repeat(300_000)));
            put_raw(dynamodb.client(), "things", item).await.unwrap();
        }
        let first = dynamodb.client().scan().table_name("things").send().await.unwrap();
        assert!(first.count() < 5, "one page held everything");
        assert_eq!(raw_items(dynamodb.client(), "things").await.unwrap().len(), 5);
    }

    #[tokio::test]
    async fn a_missing_table_is_named_as_such() {
        let dynamodb = EmbeddedDynamo::start().unwrap();
        assert!(raw_items(dynamodb.client(), "things").await.unwrap_err().is_table_not_found());
        assert!(
            put_raw(dynamodb.client(), "things", thing("1"))
                .await
                .unwrap_err()
                .is_table_not_found()
        );
    }
}
