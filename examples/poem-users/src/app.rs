//! The routes, and the chain of middlewares around them, in the order in which a request meets them.
//! It never lets an answer out that the egress guard has not read.

use std::future::ready;
use std::sync::Arc;

use dynacrypt::DynamoRepository;
use dynacrypt::legacy::Stage;
use dynacrypt::redact::Redactor;
use example_common::backend::Backend;
use example_common::egress::Egress;
use example_common::health::Readiness;
use example_common::limits::Rates;
use example_common::options::Options;
use example_common::problem::Problem;
use example_common::proxy::TrustedProxies;
use example_common::tokens::Verifier;
use example_common::{Result, headers};
use poem::endpoint::BoxEndpoint;
use poem::error::MethodNotAllowedError;
use poem::http::header::AUTHORIZATION;
use poem::middleware::{CatchPanic, SensitiveHeader};
use poem::{Endpoint, EndpointExt, Response, Route, RouteMethod};
use poem_helmet::Helmet;
use tokio::sync::Semaphore;

use crate::answer::Refused;
use crate::chain;
use crate::record::User;
use crate::routes::{health, sensitive, users};

/// What middlewares and handlers share.
#[derive(Clone)]
pub(crate) struct Service(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) users: DynamoRepository<User>,
    pub(crate) verifier: Verifier,
    pub(crate) rates: Rates,
    pub(crate) readiness: Readiness,
    pub(crate) proxies: TrustedProxies,
    pub(crate) places: Semaphore,
    pub(crate) stage: Stage,
}

impl Service {
    pub(crate) fn new(options: &Options, verifier: Verifier, backend: &Backend) -> Self {
        let table = backend.table_name::<User>();
        Self(Arc::new(Shared {
            users: backend.repository(),
            verifier,
            rates: Rates::of(options),
            readiness: Readiness::new(backend.dynamodb().clone(), table),
            proxies: TrustedProxies::new(&options.trusted_proxies),
            places: Semaphore::new(options.max_requests),
            stage: options.stage,
        }))
    }
}

impl std::ops::Deref for Service {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// The service: the chain around its routes.
pub(crate) fn service(service: Service) -> Result<BoxEndpoint<'static, Response>> {
    let routes = routes(&service);
    chain(service, routes)
}

/// The chain. In poem, what is added last is met first: read it from the end.
fn chain(
    service: Service,
    routes: impl Endpoint<Output = Response> + 'static,
) -> Result<BoxEndpoint<'static, Response>> {
    let headers = headers::api().into_iter().fold(Helmet::new(), Helmet::add).into_middleware()?;
    let (https, addresses, bounds) = (service.clone(), service.clone(), service.clone());
    let egress = Arc::new(Egress::new(Redactor::new()));
    let app = routes
        .data(service)
        // 7. Not too often from one address: before a signature is verified, which takes time.
        .before(move |request| ready(chain::rate_of_address(&addresses, request)))
        // 6. Nothing larger than 64 KiB, whoever reads it.
        .before(|request| ready(chain::body_limit(request)))
        // 5. Over HTTPS, the last hop and each before it.
        .before(move |request| ready(chain::https_only(&https, request)))
        // 4. So many at once, each for so long; a panic is one answer, not the end of a connection.
        .around(move |next, request| chain::bounded(bounds.clone(), next, request))
        .with(CatchPanic::new().with_handler(|_| Refused::from(Problem::internal())))
        // 3. On the way out: refusals of all the above in our words, then the egress guard.
        .around(chain::refusals)
        .around(move |next, request| chain::egress(Arc::clone(&egress), next, request))
        // 2. An id, and one event in the log.
        .around(chain::log)
        .with(SensitiveHeader::new().header(AUTHORIZATION).request_only())
        // 1. Security headers, on refusals too.
        .with(headers);
    // The type of so many layers is deeper than the compiler likes.
    Ok(app.boxed())
}

fn routes(service: &Service) -> Route {
    let user =
        poem::get(users::show).put(users::replace).patch(users::change).delete(users::delete);
    Route::new()
        .at("/users", for_callers(service, poem::post(users::create), "POST"))
        .at("/users/:user_id", for_callers(service, user, "GET, HEAD, PUT, PATCH, DELETE"))
        .at(
            "/users/:user_id/sensitive",
            for_callers(service, poem::get(sensitive::reveal), "GET, HEAD"),
        )
        .at("/health/live", allowing(poem::get(health::live), "GET, HEAD"))
        .at("/health/ready", allowing(poem::get(health::ready), "GET, HEAD"))
}

/// The end of the chain, for what only an authenticated caller may ask.
fn for_callers(
    service: &Service,
    methods: RouteMethod,
    allow: &'static str,
) -> impl Endpoint<Output = Response> + 'static {
    let (tokens, rates, stage) = (service.clone(), service.clone(), service.stage);
    allowing(methods, allow)
        // 10. Nothing is written before every instance reads what we write.
        .before(move |request| ready(chain::writes_at(stage, request)))
        // 9. Not too often, each caller.
        .before(move |request| ready(chain::rate_of_caller(&rates, request)))
        // 8. Who it is.
        .before(move |request| ready(chain::authenticate(&tokens, request)))
}

fn allowing(
    methods: RouteMethod,
    allow: &'static str,
) -> impl Endpoint<Output = Response> + 'static {
    methods.catch_error(move |_: MethodNotAllowedError| {
        ready(Refused::from(Problem::method_not_allowed(allow)))
    })
}

#[cfg(test)]
mod tests;
