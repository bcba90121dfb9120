//! What handlers share, and the routes. It never serves one without what stands around them all.

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use dynacrypt::redact::Redactor;
use example_common::egress::Egress;
use example_common::limits::Rates;
use example_common::options::Options;
use example_common::problem::Problem;
use example_common::proxy::TrustedProxies;
use example_common::tokens::Verifier;
use tokio::sync::Semaphore;

use crate::answer::refuse;
use crate::members::Members;
use crate::routes;

/// What handlers share. None of it is a database.
pub(crate) struct Service {
    pub(crate) members: Members,
    pub(crate) verifier: Verifier,
    pub(crate) rates: Rates,
    pub(crate) proxies: TrustedProxies,
    pub(crate) egress: Egress,
    /// One for each request that may be under way.
    pub(crate) places: Arc<Semaphore>,
}

impl Service {
    pub(crate) fn new(options: &Options, verifier: Verifier, members: Members) -> Self {
        Self {
            members,
            verifier,
            rates: Rates::of(options),
            proxies: TrustedProxies::new(&options.trusted_proxies),
            egress: Egress::new(Redactor::new()),
            places: Arc::new(Semaphore::new(options.max_requests)),
        }
    }
}

/// All routes.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .configure(routes::members::routes)
        .configure(routes::ssn::routes)
        .configure(routes::history::routes)
        .configure(routes::health::routes)
        .default_service(web::to(|| async { refuse(Problem::not_found()) }));
}
