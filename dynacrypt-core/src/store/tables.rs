//! Calls that concern a table and none of its items: create, describe, time to live. It never reads
//! or writes an item.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableInputBuilder;
use aws_sdk_dynamodb::types::{
    IndexStatus, TableDescription, TableStatus, TimeToLiveDescription, TimeToLiveSpecification,
    TimeToLiveStatus,
};

use crate::error::{Error, ErrorKind, Result};
use crate::transport::{HttpsGuard, translate};

/// Between two looks at a table that is being made.
const POLL: Duration = Duration::from_millis(100);
/// How long to wait for a table: ten minutes.
const POLLS: u32 = 6_000;

/// Sends the request, and waits until the table and its indexes can be used.
pub(crate) async fn create(
    client: &Client,
    guard: HttpsGuard,
    request: &CreateTableInputBuilder,
) -> Result<()> {
    let name = request.get_table_name().clone().unwrap_or_default();
    client
        .create_table()
        .set_table_name(request.get_table_name().clone())
        .set_key_schema(request.get_key_schema().clone())
        .set_attribute_definitions(request.get_attribute_definitions().clone())
        .set_global_secondary_indexes(request.get_global_secondary_indexes().clone())
        .set_local_secondary_indexes(request.get_local_secondary_indexes().clone())
        .set_billing_mode(request.get_billing_mode().clone())
        .set_provisioned_throughput(request.get_provisioned_throughput().clone())
        .set_stream_specification(request.get_stream_specification().clone())
        .set_deletion_protection_enabled(*request.get_deletion_protection_enabled())
        .customize()
        .interceptor(guard)
        .send()
        .await
        .map_err(|error| translate("dynamodb:CreateTable", &error, kind_of))?;
    for _ in 0..POLLS {
        if describe(client, guard, &name).await?.is_some_and(|table| is_active(&table)) {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
    Err(Error::new(ErrorKind::Unavailable).with_reason("the table did not become active"))
}

fn is_active(table: &TableDescription) -> bool {
    table.table_status() == Some(&TableStatus::Active)
        && table
            .global_secondary_indexes()
            .iter()
            .all(|index| index.index_status().is_none_or(|status| *status == IndexStatus::Active))
}

/// The table as it is; `None` where there is none.
pub(crate) async fn describe(
    client: &Client,
    guard: HttpsGuard,
    name: &str,
) -> Result<Option<TableDescription>> {
    let answer = client.describe_table().table_name(name).customize().interceptor(guard).send();
    match answer.await {
        Ok(answer) => Ok(answer.table),
        Err(error) => {
            let error = translate("dynamodb:DescribeTable", &error, kind_of);
            if error.is_table_not_found() { Ok(None) } else { Err(error) }
        }
    }
}

/// The attribute by whose time items expire, where the table has one.
pub(crate) async fn time_to_live(
    client: &Client,
    guard: HttpsGuard,
    name: &str,
) -> Result<Option<String>> {
    let answer = client
        .describe_time_to_live()
        .table_name(name)
        .customize()
        .interceptor(guard)
        .send()
        .await
        .map_err(|error| translate("dynamodb:DescribeTimeToLive", &error, kind_of))?;
    let on = |described: &TimeToLiveDescription| {
        matches!(
            described.time_to_live_status(),
            Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
        )
    };
    Ok(answer.time_to_live_description.filter(on).and_then(|described| described.attribute_name))
}

/// Lets items expire by the time in this attribute.
pub(crate) async fn enable_time_to_live(
    client: &Client,
    guard: HttpsGuard,
    name: &str,
    attribute: &str,
) -> Result<()> {
    let specification = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute);
    let specification = specification.build().map_err(|_| {
        Error::new(ErrorKind::InvalidRecord).with_reason("the expiry attribute has no name")
    })?;
    client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(specification)
        .customize()
        .interceptor(guard)
        .send()
        .await
        .map_err(|error| translate("dynamodb:UpdateTimeToLive", &error, kind_of))?;
    Ok(())
}

fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "ResourceNotFoundException" => ErrorKind::TableNotFound,
        "ResourceInUseException" => ErrorKind::Conflict,
        _ => return None,
    })
}
