//! What stands around every route, in the order in which a request meets it. It never lets an answer
//! out that the egress guard has not read, nor an event that names more than the route's pattern.

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
use dynacrypt::redact::{EgressGuard, Redactor};
use helmet_core::Header;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tracing::Instrument;

use super::{Answer, Refused};
use crate::limits::{self, Rates};
use crate::options::Options;
use crate::problem::Problem;
use crate::proxy::TrustedProxies;
use crate::tokens::{self, Verifier};
use crate::{Result, headers, logs};

/// Who is let in: which tokens count, how often, through which proxies, how many at once.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Checks>);

#[derive(Debug)]
struct Checks {
    verifier: Verifier,
    rates: Rates,
    proxies: TrustedProxies,
    at_once: GlobalConcurrencyLimitLayer,
}

impl Gate {
    /// As the options say.
    #[must_use]
    pub fn new(options: &Options, verifier: Verifier) -> Self {
        Self(Arc::new(Checks {
            verifier,
            rates: Rates::of(options),
            proxies: TrustedProxies::new(&options.trusted_proxies),
            at_once: GlobalConcurrencyLimitLayer::new(options.max_requests),
        }))
    }

    pub(super) fn caller(
        &self,
        authorization: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> std::result::Result<tokens::Caller, Problem> {
        let caller = self.0.verifier.caller(authorization)?;
        self.0.rates.caller(caller.id())?;
        Ok(caller)
    }
}

/// Routes whose answers are data, behind: logs, security headers, panics, bounds, forwarding headers
/// and rates, the egress guard. The first of these sees a request first.
///
/// # Errors
/// Where a security header is none.
pub fn guarded<S: Clone + Send + Sync + 'static>(
    gate: &Gate,
    routes: Router<S>,
) -> Result<Router<S>> {
    let routes = routes.fallback(|| async { Refused::from(Problem::not_found()) });
    guarded_as(gate, headers::api(), Redactor::new(), routes)
}

/// Routes behind the same, with these headers, and an egress guard that looks for what this redactor
/// finds.
///
/// # Errors
/// Where a security header is none.
pub fn guarded_as<S: Clone + Send + Sync + 'static>(
    gate: &Gate,
    headers: Vec<Header>,
    redactor: Redactor,
    routes: Router<S>,
) -> Result<Router<S>> {
    let routes = routes
        .method_not_allowed_fallback(|| async { Refused::from(Problem::method_not_allowed("")) });
    around(gate, headers, routes.layer(EgressGuard::new(redactor)))
}

/// Routes whose answers are constants of the program, such as pages, behind the same without the
/// egress guard, with these headers.
///
/// # Errors
/// Where a security header is none.
pub fn pages<S: Clone + Send + Sync + 'static>(
    gate: &Gate,
    headers: Vec<Header>,
    routes: Router<S>,
) -> Result<Router<S>> {
    let routes = routes
        .method_not_allowed_fallback(|| async { Refused::from(Problem::method_not_allowed("")) });
    around(gate, headers, routes)
}

fn around<S: Clone + Send + Sync + 'static>(
    gate: &Gate,
    headers: Vec<Header>,
    routes: Router<S>,
) -> Result<Router<S>> {
    let headers: HelmetLayer = headers.into_iter().fold(Helmet::new(), Helmet::add).into_layer()?;
    let bounds = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(|_| async { Refused::from(Problem::unavailable()) }))
        .load_shed()
        .layer(gate.0.at_once.clone())
        .timeout(limits::REQUEST);
    let around = ServiceBuilder::new()
        .layer(SetSensitiveRequestHeadersLayer::new([AUTHORIZATION]))
        .layer(middleware::from_fn(log))
        .layer(headers)
        .layer(CatchPanicLayer::custom(|_| Refused::from(Problem::internal()).into_response()))
        .layer(bounds)
        .layer(middleware::from_fn_with_state(gate.clone(), admit));
    Ok(routes.layer(around))
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
    State(gate): State<Gate>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Answer {
    let headers = request.headers();
    let proto = headers.get_all("x-forwarded-proto").iter();
    let forwarded_for = headers.get_all("x-forwarded-for").iter();
    let address = gate.0.proxies.admit(peer.ip(), proto, forwarded_for)?;
    gate.0.rates.address(address)?;
    Ok(next.run(request).await)
}
