//! Tables for tests: made from a record's schema, under names that no other test has. It never
//! touches a table whose name it was not given.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;

use crate::error::{ErrorKind, Result};
use crate::record::Record;
use crate::table::TableSpec;
use crate::transport::translate;

/// Creates the table of `R` under this physical name, indexes and expiry included, and waits until
/// it is active.
///
/// # Errors
/// What DynamoDB answers; `is_conflict` where the table exists; `is_unavailable` where it is not
/// active after ten minutes.
///
/// # Examples
/// ```
/// use dynacrypt_core::record::Record;
/// use dynacrypt_core::testing::{EmbeddedDynamo, create_table, unique_table_name};
///
/// async fn with_table<R: Record>() -> dynacrypt_core::error::Result<()> {
///     let dynamodb = EmbeddedDynamo::start()?;
///     let name = unique_table_name("profiles");
///     create_table::<R>(dynamodb.client(), &name).await
/// }
/// ```
pub async fn create_table<R: Record>(client: &Client, name: &str) -> Result<()> {
    TableSpec::of::<R>()?.named(name).danger_allow_plain_http().create(client).await
}

/// Deletes a table and all that is in it.
///
/// # Errors
/// What DynamoDB answers; `is_table_not_found` where there is no such table.
pub async fn delete_table(client: &Client, name: &str) -> Result<()> {
    match client.delete_table().table_name(name).send().await {
        Ok(_) => Ok(()),
        Err(error) => Err(translate("dynamodb:DeleteTable", &error, missing)),
    }
}

/// A table name that no other test of this or another process has, so that a suite can run against
/// a shared server: `prefix-` and 26 or more digits and dashes.
///
/// # Examples
/// ```
/// use dynacrypt_core::testing::unique_table_name;
///
/// assert_ne!(unique_table_name("profiles"), unique_table_name("profiles"));
/// ```
#[must_use]
pub fn unique_table_name(prefix: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanoseconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    format!("{prefix}-{nanoseconds}-{process}-{count}")
}

pub(super) fn missing(code: &str) -> Option<ErrorKind> {
    (code == "ResourceNotFoundException").then_some(ErrorKind::TableNotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::EmbeddedDynamo;
    use crate::testing::tests::Thing;

    #[tokio::test]
    async fn a_table_is_created_once_and_deleted_once() {
        let dynamodb = EmbeddedDynamo::start().unwrap();
        let name = unique_table_name("things");
        create_table::<Thing>(dynamodb.client(), &name).await.unwrap();
        assert!(create_table::<Thing>(dynamodb.client(), &name).await.unwrap_err().is_conflict());
        delete_table(dynamodb.client(), &name).await.unwrap();
        assert!(delete_table(dynamodb.client(), &name).await.unwrap_err().is_table_not_found());
        create_table::<Thing>(dynamodb.client(), &name).await.unwrap();
    }

    #[test]
    fn names_are_dynamodb_names() {
        let name = unique_table_name("things");
        assert!((3..=255).contains(&name.len()));
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    }
}
