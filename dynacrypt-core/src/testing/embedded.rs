//! DynamoDB inside the test process: a fresh database on a loopback port, served from a thread of
//! its own. It never outlives the value that started it.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Credentials, Region, SharedHttpClient};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use dynoxide::Database;
use tokio::sync::oneshot;

use crate::error::{Error, ErrorKind, Result};

/// What [`TestBackend`](super::TestBackend) calls the embedded database.
pub(super) const BACKEND: &str = "dynoxide-3.2.0";

/// A DynamoDB of the test's own: dynoxide, in this process.
///
/// Starting one takes about a millisecond, so each test can have a fresh one. It is served from a
/// thread with a runtime of its own, and so works in current-thread and multi-thread tests alike.
/// Dropping it stops the server, closes the database and joins the thread, which takes at most as
/// long as the one request that may be running; clients that are still around get connection
/// errors.
///
/// # Limits
/// - A runtime with paused time (`start_paused = true`) sees no sockets while it advances the
///   clock, so the client's timeouts strike at once. There use
///   [`FaultyHttp::canned`](super::FaultyHttp::canned).
/// - Requests are serialized; `ConsistentRead` has no effect; nothing throttles, and transactions
///   never collide. For those use [`FaultyHttp`](super::FaultyHttp).
///
/// # Examples
/// ```
/// use dynacrypt_core::testing::EmbeddedDynamo;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let dynamodb = EmbeddedDynamo::start()?;
/// let tables = dynamodb.client().list_tables().send().await?;
/// assert!(tables.table_names().is_empty());
/// # Ok(())
/// # }
/// ```
pub struct EmbeddedDynamo {
    client: Client,
    address: SocketAddr,
    /// Dropping it stops the server.
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

impl EmbeddedDynamo {
    /// Starts an empty database in memory.
    ///
    /// # Errors
    /// `is_unavailable` where the system gives no memory, port or thread.
    pub fn start() -> Result<Self> {
        Self::serve(Database::memory().map_err(|_| unavailable("the database cannot be created"))?)
    }

    /// Opens the database in a file, or creates it. What is stored is there again after the next
    /// start.
    ///
    /// # Errors
    /// `is_unavailable` where the file cannot be opened as a database, its path is not UTF-8, or
    /// the system gives no port or thread.
    ///
    /// # Examples
    /// ```no_run
    /// use dynacrypt_core::testing::EmbeddedDynamo;
    ///
    /// let dynamodb = EmbeddedDynamo::persistent("target/fixture.db")?;
    /// # Ok::<(), dynacrypt_core::error::Error>(())
    /// ```
    pub fn persistent(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_str().ok_or_else(|| unavailable("the path is not UTF-8"))?;
        Self::serve(
            Database::new(path).map_err(|_| unavailable("the database file cannot be opened"))?,
        )
    }

    fn serve(database: Database) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(unavailable_io)?;
        listener.set_nonblocking(true).map_err(unavailable_io)?;
        let address = listener.local_addr().map_err(unavailable_io)?;
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = mpsc::channel();
        let server = thread::Builder::new()
            .name("embedded-dynamodb".to_owned())
            .spawn(move || run(listener, database, stopped, &ready))
            .map_err(unavailable_io)?;
        started
            .recv()
            .map_err(|_| unavailable("the server did not start"))?
            .map_err(unavailable_io)?;
        let client = Client::from_conf(configure(&url(address)).build());
        Ok(Self { client, address, stop: Some(stop), server: Some(server) })
    }

    /// A client of this database, with static credentials, region `us-east-1`, and retries that
    /// wait a millisecond rather than a second.
    ///
    /// # Security
    /// The AWS client logs the bodies of what it receives at `TRACE`, with all that is stored in
    /// the clear.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What [`client`](Self::client) was made from, to make one with other settings.
    ///
    /// # Examples
    /// ```
    /// use aws_sdk_dynamodb::Client;
    /// use dynacrypt_core::testing::{EmbeddedDynamo, FaultyHttp};
    ///
    /// let dynamodb = EmbeddedDynamo::start()?;
    /// let http = FaultyHttp::new();
    /// let client = Client::from_conf(dynamodb.config().http_client(http.clone()).build());
    /// # Ok::<(), dynacrypt_core::error::Error>(())
    /// ```
    #[must_use]
    pub fn config(&self) -> Builder {
        configure(&self.endpoint_url())
    }

    /// Where it listens, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn endpoint_url(&self) -> String {
        url(self.address)
    }
}

impl Drop for EmbeddedDynamo {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            // The server's thread reports nothing, and a test that is failing already should fail
            // for its own reason.
            drop(server.join());
        }
    }
}

impl fmt::Debug for EmbeddedDynamo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedDynamo").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The server's thread. Leaving `block_on` drops the runtime with every task of it: a graceful
/// shutdown would wait for clients, and the clients' tasks may live on the thread that is waiting
/// in `drop`.
fn run(
    listener: TcpListener,
    database: Database,
    stopped: oneshot::Receiver<()>,
    ready: &mpsc::Sender<std::io::Result<()>>,
) {
    // The server logs whole requests at TRACE: a subscriber of the test's must hear the code under
    // test alone.
    let _silent = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::new());
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(ready.send(Err(error))),
    };
    runtime.block_on(async {
        let listener = match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => return drop(ready.send(Err(error))),
        };
        drop(tokio::spawn(dynoxide::server::serve_on(listener, database)));
        drop(ready.send(Ok(())));
        drop(stopped.await);
    });
}

/// Settings for a server in a test: any credentials (their id has letters and digits only, which is
/// all that some emulators take), one region, quick retries.
pub(super) fn configure(endpoint: &str) -> Builder {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(credentials())
        .region(Region::from_static("us-east-1"))
        .retry_config(retries());
    if endpoint.starts_with("http:") {
        config.endpoint_url(endpoint).http_client(plain_http())
    } else {
        config.endpoint_url(endpoint)
    }
}

pub(super) fn retries() -> RetryConfig {
    RetryConfig::standard().with_initial_backoff(Duration::from_millis(1))
}

pub(super) fn credentials() -> Credentials {
    Credentials::new("test", "test", None, None, "dynacrypt-testing")
}

/// The SDK's own HTTP client, but without reading the system's certificates, which costs more than
/// starting a database. One a client, never shared: its connections live on the runtime of the test
/// that opened them.
pub(super) fn plain_http() -> SharedHttpClient {
    let builder =
        aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    let trust = TrustStore::empty();
    match TlsContext::builder().with_trust_store(trust).build() {
        Ok(context) => builder.tls_context(context).build_https(),
        Err(_) => builder.build_https(),
    }
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}

fn unavailable(reason: &'static str) -> Error {
    Error::new(ErrorKind::Unavailable).with_reason(reason)
}

fn unavailable_io(error: std::io::Error) -> Error {
    unavailable("the embedded database could not be served").with_source(error)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::testing::tests::{Thing, thing};
    use crate::testing::{create_table, put_raw, raw_items};

    async fn put_and_scan(dynamodb: &EmbeddedDynamo) {
        create_table::<Thing>(dynamodb.client(), "things").await.unwrap();
        put_raw(dynamodb.client(), "things", thing("1")).await.unwrap();
        assert_eq!(raw_items(dynamodb.client(), "things").await.unwrap(), [thing("1")]);
    }

    #[tokio::test]
    async fn works_on_one_thread_and_databases_are_apart() {
        let (one, two) = (EmbeddedDynamo::start().unwrap(), EmbeddedDynamo::start().unwrap());
        assert_ne!(one.endpoint_url(), two.endpoint_url());
        put_and_scan(&one).await;
        put_and_scan(&two).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn works_on_many_threads_and_for_many_tasks() {
        let dynamodb = EmbeddedDynamo::start().unwrap();
        put_and_scan(&dynamodb).await;
        let puts = (0..50).map(|n| {
            let client = dynamodb.client().clone();
            tokio::spawn(async move { put_raw(&client, "things", thing(&n.to_string())).await })
        });
        for put in puts.collect::<Vec<_>>() {
            put.await.unwrap().unwrap();
        }
        assert_eq!(raw_items(dynamodb.client(), "things").await.unwrap().len(), 50);
    }

    #[tokio::test]
    async fn drop_stops_the_server_at_once_even_with_a_request_under_way() {
        let dynamodb = EmbeddedDynamo::start().unwrap();
        put_and_scan(&dynamodb).await;
        let (client, address) = (dynamodb.client().clone(), dynamodb.address);
        // A client that has sent half a request would hold a graceful shutdown for ever.
        let mut half = std::net::TcpStream::connect(address).unwrap();
        std::io::Write::write_all(&mut half, b"POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\n{")
            .unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        let begin = Instant::now();
        drop(dynamodb);
        assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
        assert!(std::net::TcpStream::connect(address).is_err());
        assert!(raw_items(&client, "things").await.unwrap_err().is_unavailable());
    }

    #[tokio::test]
    async fn a_file_keeps_its_items() {
        let path = std::env::temp_dir()
            .join(format!("{}.db", crate::testing::unique_table_name("embedded")));
        let dynamodb = EmbeddedDynamo::persistent(&path).unwrap();
        put_and_scan(&dynamodb).await;
        drop(dynamodb);
        let again = EmbeddedDynamo::persistent(&path).unwrap();
        assert_eq!(raw_items(again.client(), "things").await.unwrap(), [thing("1")]);
        drop(again);
        std::fs::remove_file(&path).unwrap();
        assert!(EmbeddedDynamo::persistent("/nowhere/at/all.db").unwrap_err().is_unavailable());
    }

    #[tokio::test]
    async fn starting_is_quick() {
        let begin = Instant::now();
        for _ in 0..20 {
            drop(EmbeddedDynamo::start().unwrap());
        }
        let each = begin.elapsed() / 20;
        assert!(each < Duration::from_millis(250), "{each:?}");
    }
}
