//! The database and the keys that a service runs on. It never touches AWS unless told to, and makes
//! no repository that skips the owner check.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use dynacrypt::legacy::LegacyReading;
use dynacrypt::table::TableSpec;
use dynacrypt::testing::EmbeddedDynamo;
use dynacrypt::{DynamoRepository, KeyProvider, KmsKeyProvider, LocalKeyProvider, Record, Sealer};

use crate::Result;
use crate::options::BackendOptions;
use crate::stage::Stage;

/// How long an operation of the repository may take.
const OPERATION: Duration = Duration::from_secs(5);

/// The database and the keys.
pub struct Backend {
    dynamodb: Client,
    sealer: Sealer,
    table: Option<String>,
    create: bool,
    description: String,
    embedded: Option<EmbeddedDynamo>,
}

impl Backend {
    /// Connects as the options say, or starts the embedded database.
    ///
    /// # Errors
    /// Where the embedded database does not start, or a key cannot be read.
    pub async fn open(options: &BackendOptions) -> Result<Self> {
        let embedded = if options.is_embedded() { Some(EmbeddedDynamo::start()?) } else { None };
        let dynamodb = match &embedded {
            Some(embedded) => embedded.client().clone(),
            None => Client::new(&config(options.dynamodb_endpoint_url.as_deref()).await),
        };
        Ok(Self {
            dynamodb,
            sealer: Sealer::new(provider(options).await?),
            table: options.table.clone(),
            create: options.create_table || embedded.is_some(),
            description: describe(options),
            embedded,
        })
    }

    /// The same, which reads an old form as this deployment does.
    #[must_use]
    pub fn at_stage(mut self, stage: Stage, reading: LegacyReading) -> Self {
        self.sealer = self.sealer.at_stage(stage.into(), reading);
        self
    }

    /// Which database and which keys, for the log: no secret.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The client, for what is no item: the readiness check.
    #[must_use]
    pub fn dynamodb(&self) -> &Client {
        &self.dynamodb
    }

    /// The sealer.
    #[must_use]
    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// The endpoint of the embedded database, where that is what it runs on.
    #[must_use]
    pub fn embedded_endpoint(&self) -> Option<String> {
        self.embedded.as_ref().map(EmbeddedDynamo::endpoint_url)
    }

    /// The physical name of the record's table.
    #[must_use]
    pub fn table_name<R: Record>(&self) -> String {
        self.table.clone().unwrap_or_else(|| R::SCHEMA.table().to_owned())
    }

    /// The record's repository, with a time limit on each operation.
    #[must_use]
    pub fn repository<R: Record + Send + Sync>(&self) -> DynamoRepository<R> {
        DynamoRepository::new(self.dynamodb.clone(), self.sealer.clone())
            .with_table_name(&self.table_name::<R>())
            .with_timeout(OPERATION)
    }

    /// Creates the record's table where it is absent and may be created.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn prepare<R: Record>(&self) -> Result<()> {
        if !self.create {
            return Ok(());
        }
        let table = TableSpec::of::<R>()?.named(self.table_name::<R>());
        match table.create(&self.dynamodb).await {
            Err(error) if !error.is_conflict() => Err(error.into()),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backend").field("on", &self.description).finish_non_exhaustive()
    }
}

async fn provider(options: &BackendOptions) -> Result<Box<dyn KeyProvider>> {
    Ok(match (&options.kms_key_id, &options.wrapping_key_file) {
        (Some(arn), _) => {
            let url =
                options.kms_endpoint_url.as_deref().or(options.dynamodb_endpoint_url.as_deref());
            Box::new(KmsKeyProvider::new(aws_sdk_kms::Client::new(&config(url).await), arn))
        }
        (None, Some(file)) => Box::new(LocalKeyProvider::from_file(file)?),
        (None, None) if options.is_embedded() => Box::new(LocalKeyProvider::generate()?),
        (None, None) => {
            return Err("a database that outlives this process needs a key that does: \
                        give --kms-key-id or --wrapping-key-file"
                .into());
        }
    })
}

fn describe(options: &BackendOptions) -> String {
    let database = match (&options.dynamodb_endpoint_url, options.aws) {
        (Some(url), _) => format!("DynamoDB at {url}"),
        (None, true) => "DynamoDB of the AWS environment".to_owned(),
        (None, false) => "the embedded database, in this process".to_owned(),
    };
    let keys = match (&options.kms_key_id, &options.wrapping_key_file) {
        (Some(arn), _) => format!("data keys from KMS, under {arn}"),
        (None, Some(_)) => "data keys under a wrapping key from a file".to_owned(),
        (None, None) => "data keys under a wrapping key of this process".to_owned(),
    };
    format!("{database}; {keys}")
}

async fn config(endpoint_url: Option<&str>) -> aws_config::SdkConfig {
    let loader = aws_config::from_env();
    match endpoint_url {
        Some(url) => loader.endpoint_url(url).load().await,
        None => loader.load().await,
    }
}
