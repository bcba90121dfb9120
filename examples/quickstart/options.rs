//! Which services the quickstart runs on. It never touches AWS unless told to by `--aws` or
//! `--endpoint-url`.

use std::error::Error;
use std::path::PathBuf;

use aws_sdk_dynamodb::Client;
use clap::Parser;
use dynacrypt::testing::EmbeddedDynamo;
use dynacrypt::{KeyProvider, KmsKeyProvider, LocalKeyProvider};

/// Seal, look, read, be denied, tamper, be refused.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// DynamoDB, and KMS with `--kms-key-id`, at this endpoint, such as http://127.0.0.1:4566
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// The standard AWS environment: region, credentials and endpoints from variables and profiles
    #[arg(long)]
    aws: bool,
    /// ARN of the KMS key that wraps the data keys; without it, a wrapping key of this process
    #[arg(long, value_name = "ARN")]
    kms_key_id: Option<String>,
    /// KMS at an endpoint of its own
    #[arg(long, value_name = "URL", requires = "kms_key_id")]
    kms_endpoint_url: Option<String>,
    /// Table to create, and to delete at the end
    #[arg(long, default_value = "dynacrypt-quickstart-profiles")]
    table: String,
    /// Also write schema, stored items and the wrapping key into this directory, for another
    /// implementation to open
    #[arg(long, value_name = "DIR", conflicts_with = "kms_key_id")]
    pub(crate) dump: Option<PathBuf>,
}

/// What the tour runs on.
pub(crate) struct Services {
    pub(crate) dynamodb: Client,
    pub(crate) provider: Box<dyn KeyProvider>,
    pub(crate) table: String,
    pub(crate) _embedded: Option<EmbeddedDynamo>,
}

impl Options {
    pub(crate) fn describe(&self) -> String {
        let database = match (&self.endpoint_url, self.aws) {
            (Some(url), _) => format!("DynamoDB at {url}"),
            (None, true) => "DynamoDB of the AWS environment".to_owned(),
            (None, false) => "the embedded database, in this process".to_owned(),
        };
        let keys = match &self.kms_key_id {
            Some(arn) => format!("data keys from KMS, under {arn}"),
            None => "data keys under a wrapping key of this process".to_owned(),
        };
        format!("Running on {database}; {keys}.")
    }

    pub(crate) async fn services(&self) -> Result<Services, Box<dyn Error>> {
        let outside = self.aws || self.endpoint_url.is_some();
        let embedded = if outside { None } else { Some(EmbeddedDynamo::start()?) };
        let dynamodb = match &embedded {
            Some(embedded) => embedded.client().clone(),
            None => Client::new(&self.config(self.endpoint_url.as_deref()).await),
        };
        let provider: Box<dyn KeyProvider> = match (&self.kms_key_id, &self.dump) {
            (Some(arn), _) => {
                let url = self.kms_endpoint_url.as_deref().or(self.endpoint_url.as_deref());
                let kms = aws_sdk_kms::Client::new(&self.config(url).await);
                Box::new(KmsKeyProvider::new(kms, arn))
            }
            (None, Some(directory)) => {
                std::fs::create_dir_all(directory)?;
                Box::new(LocalKeyProvider::generate_file(directory.join("wrapping-key"))?)
            }
            (None, None) => Box::new(LocalKeyProvider::generate()?),
        };
        Ok(Services { dynamodb, provider, table: self.table.clone(), _embedded: embedded })
    }

    async fn config(&self, endpoint_url: Option<&str>) -> aws_config::SdkConfig {
        let loader = aws_config::from_env();
        match endpoint_url {
            Some(url) => loader.endpoint_url(url).load().await,
            None => loader.load().await,
        }
    }
}
