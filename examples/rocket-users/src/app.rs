//! The application: what handlers share, routes, fairings, the catcher. It never lets an answer out
//! that the egress guard has not read.

use std::sync::Arc;

use dynacrypt::DynamoRepository;
use example_common::backend::Backend;
use example_common::health::Readiness;
use example_common::limits::Rates;
use example_common::options::Options;
use example_common::problem::Problem;
use example_common::proxy::TrustedProxies;
use example_common::tokens::Verifier;
use rocket::config::{Config, Ident, LogLevel};
use rocket::shield::Shield;
use rocket::{Build, Request, Rocket, catchers};
use tokio::sync::Semaphore;

use crate::answer;
use crate::fairings::{Egress, Entry, Log, SecurityHeaders};
use crate::record::User;
use crate::routes;

/// What handlers, guards and fairings share.
pub(crate) struct Service {
    pub(crate) users: DynamoRepository<User>,
    pub(crate) verifier: Verifier,
    pub(crate) rates: Rates,
    pub(crate) readiness: Readiness,
    pub(crate) proxies: TrustedProxies,
    pub(crate) places: Arc<Semaphore>,
    /// Whether this deployment writes.
    pub(crate) writes: bool,
}

impl Service {
    pub(crate) fn new(options: &Options, verifier: Verifier, backend: &Backend) -> Self {
        let table = backend.table_name::<User>();
        Self {
            users: backend.repository(),
            verifier,
            rates: Rates::of(options),
            readiness: Readiness::new(backend.dynamodb().clone(), table),
            proxies: TrustedProxies::new(&options.trusted_proxies),
            places: Arc::new(Semaphore::new(options.max_requests)),
            writes: options.stage.writes(),
        }
    }

    /// That of a request.
    pub(crate) fn of<'r>(request: &'r Request<'_>) -> Result<&'r Self, Problem> {
        request.rocket().state().ok_or_else(Problem::internal)
    }
}

/// Rocket with everything attached. A request meets the fairings in this order; so does its answer.
pub(crate) fn rocket(service: Service) -> Rocket<Build> {
    // Not from `Rocket.toml` or its environment: the options are the service's own. Its log is off,
    // for it has paths, with the ids in them.
    let config = Config {
        log_level: LogLevel::Off,
        cli_colors: false,
        ident: Ident::none(),
        ip_header: None,
        ..Config::release_default()
    };
    rocket::custom(config)
        .manage(service)
        // In place of Rocket's own: the headers are `SecurityHeaders`'.
        .attach(Shield::new())
        .attach(Entry)
        .attach(Egress::default())
        .attach(SecurityHeaders::new())
        .attach(Log)
        .mount("/", routes::all())
        .register("/", catchers![answer::refused])
}

#[cfg(test)]
mod tests;
