//! An HTTP client for the AWS clients that does what no test server does: throttle, break off, time
//! out, answer batches by half. It never invents an answer that a test did not plan.

mod batch;
mod fault;
mod reply;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::ConfigBag;

pub use fault::{HttpFault, RecordedRequest};

use super::embedded::plain_http;

/// An HTTP client for the AWS clients (DynamoDB's and KMS's) that records each request, and makes
/// those fail that a test plans to.
///
/// What is not planned goes on to the server. Clones share plan and record: keep one, give the
/// other to the client.
///
/// # Examples
/// ```
/// use aws_sdk_dynamodb::Client;
/// use dynacrypt_core::testing::{EmbeddedDynamo, FaultyHttp, HttpFault};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let dynamodb = EmbeddedDynamo::start()?;
/// let http = FaultyHttp::new();
/// let client = Client::from_conf(dynamodb.config().http_client(http.clone()).build());
///
/// http.plan("ListTables", 2, HttpFault::Throttled);
/// client.list_tables().send().await?; // the AWS client's third attempt
/// assert_eq!(http.requests_of("ListTables").len(), 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FaultyHttp {
    shared: Arc<Mutex<State>>,
    /// `None`: nothing goes on.
    inner: Option<SharedHttpClient>,
}

#[derive(Default)]
struct State {
    planned: VecDeque<Planned>,
    requests: Vec<RecordedRequest>,
}

struct Planned {
    /// `None`: any.
    operation: Option<String>,
    left: usize,
    fault: HttpFault,
}

impl FaultyHttp {
    /// Sends on what is not planned, over plain HTTP: to an embedded database or another server on
    /// this machine.
    #[must_use]
    pub fn new() -> Self {
        Self::over(plain_http())
    }

    /// Sends on what is not planned, through another HTTP client.
    #[must_use]
    pub fn over(inner: impl HttpClient + 'static) -> Self {
        Self { shared: Arc::default(), inner: Some(SharedHttpClient::new(inner)) }
    }

    /// Sends nothing: requests without a planned [`HttpFault::Reply`] fail. Needs no server and no
    /// sockets, and so works where tokio's time is paused.
    #[must_use]
    pub fn canned() -> Self {
        Self { shared: Arc::default(), inner: None }
    }

    /// The next `requests` of this operation (such as `PutItem`, `GenerateDataKey`) meet this
    /// fault, after those planned before. `usize::MAX` is for ever. The AWS client's retries count.
    pub fn plan(&self, operation: impl Into<String>, requests: usize, fault: HttpFault) {
        let operation = Some(operation.into());
        self.state().planned.push_back(Planned { operation, left: requests, fault });
    }

    /// The next `requests` of any operation meet this fault, after those planned before.
    pub fn plan_any(&self, requests: usize, fault: HttpFault) {
        self.state().planned.push_back(Planned { operation: None, left: requests, fault });
    }

    /// The requests so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state().requests.clone()
    }

    /// The requests of one operation so far, in order.
    #[must_use]
    pub fn requests_of(&self, operation: &str) -> Vec<RecordedRequest> {
        self.state()
            .requests
            .iter()
            .filter(|request| request.operation == operation)
            .cloned()
            .collect()
    }

    /// Whether every planned fault has struck. Those planned for ever never have.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state().planned.iter().all(|planned| planned.left == 0)
    }

    /// Forgets the plan and the record.
    pub fn reset(&self) {
        *self.state() = State::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, request: &HttpRequest) -> Option<HttpFault> {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation =
            target.rsplit_once('.').map_or(target, |(_, operation)| operation).to_owned();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let mut state = self.state();
        let planned = state.planned.iter_mut().find(|planned| {
            planned.left > 0 && planned.operation.as_ref().is_none_or(|name| *name == operation)
        });
        let fault = planned.map(|planned| {
            planned.left -= 1;
            planned.fault.clone()
        });
        state.requests.push(RecordedRequest { operation, body });
        fault
    }
}

impl Default for FaultyHttp {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for FaultyHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        let faults: Vec<_> = state
            .planned
            .iter()
            .map(|planned| (&planned.operation, planned.left, &planned.fault))
            .collect();
        f.debug_struct("FaultyHttp")
            .field("planned", &faults)
            .field("requests", &state.requests.len())
            .finish_non_exhaustive()
    }
}

impl HttpClient for FaultyHttp {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.as_ref().map(|inner| inner.http_connector(settings, components));
        SharedHttpConnector::new(FaultyConnector { http: self.clone(), inner })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.inner
            .as_ref()
            .map_or(Ok(()), |inner| inner.validate_base_client_config(components, config))
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.inner.as_ref().map_or(Ok(()), |inner| inner.validate_final_config(components, config))
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.as_ref().and_then(HttpClient::connector_metadata)
    }
}

#[derive(Debug, Clone)]
struct FaultyConnector {
    http: FaultyHttp,
    inner: Option<SharedHttpConnector>,
}

impl HttpConnector for FaultyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let fault = self.http.begin(&request);
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.answer(fault, request).await })
    }
}

impl FaultyConnector {
    async fn answer(
        &self,
        fault: Option<HttpFault>,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        match fault {
            None => self.send(request).await,
            Some(HttpFault::ThroughputExceeded) => {
                reply::refused(400, "ProvisionedThroughputExceededException", &request)
            }
            Some(HttpFault::Throttled) => reply::refused(400, "ThrottlingException", &request),
            Some(HttpFault::ServerError) => reply::refused(500, "InternalServerError", &request),
            Some(HttpFault::Refused { status, code }) => reply::refused(status, &code, &request),
            Some(HttpFault::Reply { status, body }) => reply::json(status, body),
            Some(HttpFault::Timeout) => Err(ConnectorError::timeout("planned timeout".into())),
            Some(HttpFault::Hang) => std::future::pending().await,
            Some(HttpFault::Delay(wait)) => {
                tokio::time::sleep(wait).await;
                self.send(request).await
            }
            Some(HttpFault::Reset) => Err(reset()),
            Some(HttpFault::AnswerLost) => {
                // Read to its end, so that the server is known to have finished.
                reply::body_of(self.send(request).await?).await?;
                Err(reset())
            }
            Some(HttpFault::Unprocessed { processed }) => {
                self.unprocessed(request, processed).await
            }
        }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        match &self.inner {
            Some(inner) => inner.call(request).await,
            None => Err(ConnectorError::user("no reply was planned for this request".into())),
        }
    }

    async fn unprocessed(
        &self,
        mut request: HttpRequest,
        processed: usize,
    ) -> Result<HttpResponse, ConnectorError> {
        let split = batch::split(request.body().bytes().unwrap_or_default(), processed)
            .ok_or_else(|| {
                ConnectorError::user("`Unprocessed` was planned for what is no batch".into())
            })?;
        if processed == 0 {
            return reply::json(200, split.answer_without_service());
        }
        let length = split.served().len().to_string();
        *request.body_mut() = split.served().into();
        request.headers_mut().insert("content-length", length);
        let response = self.send(request).await?;
        let status = response.status().as_u16();
        let body = reply::body_of(response).await?;
        if status != 200 {
            return reply::json(status, String::from_utf8_lossy(&body).into_owned());
        }
        let merged = split.merge_into(&body);
        reply::json(
            200,
            merged.ok_or_else(|| {
                ConnectorError::user("the server's answer is no JSON object".into())
            })?,
        )
    }
}

fn reset() -> ConnectorError {
    ConnectorError::io(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into())
}

#[cfg(test)]
mod tests;
