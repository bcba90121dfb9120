//! The routes and what stands around them. It never lets an answer out that the egress guard has not
//! read, nor an event that names more than the route's pattern.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum_helmet::{Helmet, HelmetLayer};
use dynacrypt::DynamoRepository;
use dynacrypt::redact::{EgressGuard, Redactor};
use example_common::backend::Backend;
use example_common::health::Readiness;
use example_common::limits::{self, Rates};
use example_common::options::Options;
use example_common::problem::Problem;
use example_common::proxy::TrustedProxies;
use example_common::tokens::Verifier;
use example_common::{Result, headers, logs};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tracing::Instrument;

use crate::answer::{Answer, Refused};
use crate::record::Profile;
use crate::routes;

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Service(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) profiles: DynamoRepository<Profile>,
    pub(crate) verifier: Verifier,
    pub(crate) rates: Rates,
    pub(crate) readiness: Readiness,
    proxies: TrustedProxies,
    max_requests: usize,
}

impl Service {
    pub(crate) fn new(options: &Options, verifier: Verifier, backend: &Backend) -> Self {
        let table = backend.table_name::<Profile>();
        Self(Arc::new(Shared {
            profiles: backend.repository(),
            verifier,
            rates: Rates::of(options),
            readiness: Readiness::new(backend.dynamodb().clone(), table),
            proxies: TrustedProxies::new(&options.trusted_proxies),
            max_requests: options.max_requests,
        }))
    }
}

impl std::ops::Deref for Service {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// All routes, behind: logs, security headers, panics, bounds, forwarding headers and rates, the
/// egress guard. The first of these sees a request first.
pub(crate) fn router(service: Service) -> Result<Router> {
    let headers = headers::api().into_iter().fold(Helmet::new(), Helmet::add);
    let headers: HelmetLayer = headers.into_layer()?;
    let bounds = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(|_| async { Refused::from(Problem::unavailable()) }))
        .load_shed()
        .layer(tower::limit::GlobalConcurrencyLimitLayer::new(service.max_requests))
        .timeout(limits::REQUEST);
    let around = ServiceBuilder::new()
        .layer(SetSensitiveRequestHeadersLayer::new([AUTHORIZATION]))
        .layer(middleware::from_fn(log))
        .layer(headers)
        .layer(CatchPanicLayer::custom(|_| Refused::from(Problem::internal()).into_response()))
        .layer(bounds)
        .layer(middleware::from_fn_with_state(service.clone(), admit))
        .layer(EgressGuard::new(Redactor::new()));
    Ok(Router::new()
        .merge(routes::profiles::routes())
        .merge(routes::api_key::routes())
        .merge(routes::health::routes())
        .fallback(|| async { Refused::from(Problem::not_found()) })
        .method_not_allowed_fallback(|| async { Refused::from(Problem::method_not_allowed("")) })
        .layer(around)
        .with_state(service))
}

/// One event a request, in a span with its id, which the answer has too.
async fn log(request: Request, next: Next) -> Response {
    let (id, started) = (logs::request_id(), Instant::now());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    async {
        let mut response = next.run(request).await;
        let route = route.as_ref().map(MatchedPath::as_str);
        let took: Duration = started.elapsed();
        logs::answered(method.as_str(), route, response.status().as_u16(), took);
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("x-request-id", id);
        }
        response
    }
    .instrument(logs::request_span(&id))
    .await
}

/// Requests that a trusted proxy took over plain HTTP are refused, and each address is counted.
async fn admit(
    State(service): State<Service>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Answer {
    let headers = request.headers();
    let proto = headers.get_all("x-forwarded-proto").iter();
    let forwarded_for = headers.get_all("x-forwarded-for").iter();
    let address = service.proxies.admit(peer.ip(), proto, forwarded_for)?;
    service.rates.address(address)?;
    Ok(next.run(request).await)
}
