//! The servers a test run uses, chosen by the environment. It never starts one but the embedded
//! database, and never falls back: a server that is named and does not answer fails the test.

use std::fmt::{self, Write};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Builder, Credentials, Region};

use super::embedded::{self, EmbeddedDynamo};
use crate::error::{Error, ErrorKind, Result};
use crate::transport::translate;

/// The DynamoDB of this test run, and its KMS where there is one.
///
/// | variable | meaning |
/// |---|---|
/// | `DYNACRYPT_TEST_DYNAMODB_ENDPOINT` | URL of a DynamoDB; a fresh [`EmbeddedDynamo`] where unset or empty |
/// | `DYNACRYPT_TEST_DYNAMODB_BACKEND` | what it is: `ministack-1.5.33`, `dynamodb-local`, `aws` |
/// | `DYNACRYPT_TEST_KMS_ENDPOINT` | URL of a KMS; none where unset or empty |
/// | `DYNACRYPT_TEST_KMS_BACKEND` | what it is: `moto-5.2.5`, `ministack-1.5.33`, `aws` |
///
/// Emulators get static credentials and region `us-east-1`. A backend named `aws` takes
/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and `AWS_REGION`.
///
/// A named server is shared by all tests: give tables [unique names](super::unique_table_name).
///
/// # Examples
/// ```
/// use dynacrypt_core::testing::TestBackend;
///
/// let backend = TestBackend::from_env()?;
/// println!("{backend}"); // DynamoDB: dynoxide-3.2.0, embedded; KMS: none
/// if backend.is_dynamodb("dynoxide") {
///     // a test of what only this backend does
/// }
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
pub struct TestBackend {
    dynamodb: Client,
    embedded: Option<EmbeddedDynamo>,
    dynamodb_server: Server,
    kms: Option<(aws_sdk_kms::Client, Server)>,
}

/// A server as the environment names it.
#[derive(Clone)]
struct Server {
    /// `None`: embedded.
    endpoint: Option<String>,
    backend: String,
    region: String,
    credentials: Credentials,
}

impl TestBackend {
    /// The backends that the environment names, with a fresh embedded database where it names no
    /// DynamoDB.
    ///
    /// # Errors
    /// `is_unavailable` where the embedded database does not start, or a backend is `aws` and there
    /// are no credentials.
    pub fn from_env() -> Result<Self> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let kms = Server::named(&variable, "KMS")?
            .map(|server| (aws_sdk_kms::Client::from_conf(server.kms_config()), server));
        if let Some(dynamodb_server) = Server::named(&variable, "DYNAMODB")? {
            let dynamodb = Client::from_conf(dynamodb_server.dynamodb_config().build());
            return Ok(Self { dynamodb, embedded: None, dynamodb_server, kms });
        }
        let embedded = EmbeddedDynamo::start()?;
        let dynamodb_server = Server {
            endpoint: None,
            backend: embedded::BACKEND.to_owned(),
            region: "us-east-1".to_owned(),
            credentials: embedded::credentials(),
        };
        Ok(Self {
            dynamodb: embedded.client().clone(),
            embedded: Some(embedded),
            dynamodb_server,
            kms,
        })
    }

    /// A client of the DynamoDB.
    #[must_use]
    pub fn dynamodb(&self) -> &Client {
        &self.dynamodb
    }

    /// What [`dynamodb`](Self::dynamodb) was made from, to make one with other settings, such as
    /// [`FaultyHttp`](super::FaultyHttp).
    #[must_use]
    pub fn dynamodb_config(&self) -> Builder {
        match &self.embedded {
            Some(embedded) => embedded.config(),
            None => self.dynamodb_server.dynamodb_config(),
        }
    }

    /// A client of the DynamoDB's streams. AWS has them at an endpoint of their own; every other
    /// backend at the same one.
    #[cfg(feature = "streams")]
    #[must_use]
    pub fn dynamodb_streams(&self) -> aws_sdk_dynamodbstreams::Client {
        let server = &self.dynamodb_server;
        let embedded = self.embedded.as_ref().map(EmbeddedDynamo::endpoint_url);
        let endpoint = embedded.or_else(|| server.endpoint.clone()).unwrap_or_default();
        let config = aws_sdk_dynamodbstreams::Config::builder()
            .behavior_version(aws_sdk_dynamodbstreams::config::BehaviorVersion::latest())
            .region(Region::new(server.region.clone()))
            .credentials_provider(server.credentials.clone())
            .retry_config(embedded::retries());
        aws_sdk_dynamodbstreams::Client::from_conf(if endpoint.starts_with("http:") {
            config.endpoint_url(endpoint).http_client(embedded::plain_http()).build()
        } else if self.is_dynamodb("aws") {
            config.build()
        } else {
            config.endpoint_url(endpoint).build()
        })
    }

    /// A client of the KMS, where the environment names one.
    #[must_use]
    pub fn kms(&self) -> Option<&aws_sdk_kms::Client> {
        self.kms.as_ref().map(|(client, _)| client)
    }

    /// Creates a symmetric KMS key and gives its ARN; `None` where there is no KMS.
    ///
    /// # Errors
    /// What KMS answers.
    pub async fn create_kms_key(&self) -> Result<Option<String>> {
        let Some((client, _)) = &self.kms else { return Ok(None) };
        let created = client
            .create_key()
            .send()
            .await
            .map_err(|error| translate("kms:CreateKey", &error, |_| None))?;
        let arn = created.key_metadata.and_then(|key| key.arn);
        arn.map(Some).ok_or_else(|| unavailable("KMS created a key without an ARN"))
    }

    /// What serves DynamoDB, such as `dynoxide-3.2.0` or `ministack-1.5.33`; `unnamed` where the
    /// environment does not say.
    #[must_use]
    pub fn dynamodb_backend(&self) -> &str {
        &self.dynamodb_server.backend
    }

    /// What serves KMS, where anything does.
    #[must_use]
    pub fn kms_backend(&self) -> Option<&str> {
        self.kms.as_ref().map(|(_, server)| server.backend.as_str())
    }

    /// Whether this product serves DynamoDB, whatever its version: `ministack` is
    /// `ministack-1.5.33`.
    #[must_use]
    pub fn is_dynamodb(&self, product: &str) -> bool {
        is_product(self.dynamodb_backend(), product)
    }

    /// Whether this product serves KMS, whatever its version.
    #[must_use]
    pub fn is_kms(&self, product: &str) -> bool {
        self.kms_backend().is_some_and(|backend| is_product(backend, product))
    }

    /// One line that says which backends are in use, as `Display` does.
    #[must_use]
    pub fn describe(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for TestBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DynamoDB: {}; KMS: ", self.dynamodb_server)?;
        match &self.kms {
            Some((_, server)) => write!(f, "{server}"),
            None => f.write_str("none"),
        }
    }
}

impl fmt::Debug for TestBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TestBackend({self})")
    }
}

impl Server {
    fn named(variable: &impl Fn(&str) -> Option<String>, service: &str) -> Result<Option<Self>> {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let Some(endpoint) = given(&format!("DYNACRYPT_TEST_{service}_ENDPOINT")) else {
            return Ok(None);
        };
        let backend = given(&format!("DYNACRYPT_TEST_{service}_BACKEND"))
            .unwrap_or_else(|| "unnamed".to_owned());
        let mut server = Self {
            endpoint: Some(endpoint),
            region: "us-east-1".to_owned(),
            credentials: embedded::credentials(),
            backend,
        };
        if is_product(&server.backend, "aws") {
            let missing =
                || unavailable("backend `aws` needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
            server.credentials = Credentials::new(
                given("AWS_ACCESS_KEY_ID").ok_or_else(missing)?,
                given("AWS_SECRET_ACCESS_KEY").ok_or_else(missing)?,
                given("AWS_SESSION_TOKEN"),
                None,
                "dynacrypt-testing",
            );
            server.region = given("AWS_REGION").unwrap_or(server.region);
        }
        Ok(Some(server))
    }

    fn dynamodb_config(&self) -> Builder {
        embedded::configure(self.endpoint.as_deref().unwrap_or_default())
            .region(Region::new(self.region.clone()))
            .credentials_provider(self.credentials.clone())
    }

    fn kms_config(&self) -> aws_sdk_kms::Config {
        let endpoint = self.endpoint.as_deref().unwrap_or_default();
        let config = aws_sdk_kms::Config::builder()
            .behavior_version(aws_sdk_kms::config::BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .credentials_provider(self.credentials.clone())
            .retry_config(embedded::retries())
            .endpoint_url(endpoint);
        if endpoint.starts_with("http:") {
            config.http_client(embedded::plain_http()).build()
        } else {
            config.build()
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.backend)?;
        match &self.endpoint {
            Some(endpoint) => {
                // A URL may carry a password.
                f.write_str(" at ")?;
                let host = endpoint.rsplit_once('@').map_or(endpoint.as_str(), |(_, host)| host);
                host.chars().filter(|c| !c.is_control()).try_for_each(|c| f.write_char(c))
            }
            None => f.write_str(", embedded"),
        }
    }
}

fn is_product(backend: &str, product: &str) -> bool {
    backend.strip_prefix(product).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn unavailable(reason: &'static str) -> Error {
    Error::new(ErrorKind::Unavailable).with_reason(reason)
}

#[cfg(test)]
mod tests;
