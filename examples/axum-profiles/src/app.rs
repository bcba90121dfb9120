//! The routes, and what their handlers share. It never serves one that does not stand behind
//! [`guarded`].

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use dynacrypt::DynamoRepository;
use dynacrypt::redact::{Redactor, Shape};
use example_common::axum::{Gate, guarded, guarded_as};
use example_common::backend::Backend;
use example_common::health::Readiness;
use example_common::options::Options;
use example_common::tokens::Verifier;
use example_common::{Result, headers};

use crate::page::{self, Demonstration};
use crate::record::Profile;
use crate::routes;

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Service(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) profiles: DynamoRepository<Profile>,
    pub(crate) readiness: Readiness,
    pub(crate) demonstration: Option<Demonstration>,
    gate: Gate,
}

impl Service {
    pub(crate) fn new(
        options: &Options,
        verifier: Verifier,
        backend: &Backend,
        demonstration: Option<Demonstration>,
    ) -> Self {
        let table = backend.table_name::<Profile>();
        Self(Arc::new(Shared {
            profiles: backend.repository(),
            readiness: Readiness::new(backend.dynamodb().clone(), table),
            demonstration,
            gate: Gate::new(options, verifier),
        }))
    }
}

impl std::ops::Deref for Service {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRef<Service> for Gate {
    fn from_ref(service: &Service) -> Self {
        service.gate.clone()
    }
}

/// All routes; those of the page where there is a demonstration, and nowhere else.
pub(crate) fn router(service: Service) -> Result<Router> {
    let gate = &service.gate;
    let mut routes = Router::new()
        .merge(routes::profiles::routes())
        .merge(routes::api_key::routes())
        .merge(routes::health::routes());
    if service.demonstration.is_none() {
        return Ok(guarded(gate, routes)?.with_state(service));
    }
    routes = guarded(gate, routes.merge(page::item::routes()))?;
    // Its answer is a token, on purpose: the one shape that may leave there, and only there.
    let redactor = Redactor::new().without_shape(Shape::JsonWebToken);
    let token = guarded_as(gate, headers::api(), redactor, page::token::routes())?;
    let page = guarded_as(gate, headers::page(), Redactor::new(), page::routes())?;
    Ok(routes.merge(token).merge(page).with_state(service))
}
