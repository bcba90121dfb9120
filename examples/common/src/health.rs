//! Health: whether the process runs, and whether it can serve. It never says why it cannot.

use std::time::Duration;

use aws_sdk_dynamodb::Client;

use crate::problem::Problem;

/// What a healthy service answers.
pub const OK: &str = r#"{"status":"ok"}"#;
/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The check behind `/health/ready`. `/health/live` answers [`OK`] without one.
#[derive(Debug, Clone)]
pub struct Readiness {
    dynamodb: Client,
    table: String,
}

impl Readiness {
    /// Ready while this table answers. It takes `dynamodb:DescribeTable` on the table.
    #[must_use]
    pub fn new(dynamodb: Client, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// Asks the database.
    ///
    /// # Errors
    /// 503 where it does not answer, or the table is not there.
    pub async fn check(&self) -> Result<(), Problem> {
        let asked = self.dynamodb.describe_table().table_name(&self.table).send();
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Problem::unavailable()),
        }
    }
}
