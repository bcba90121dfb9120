//! The routes, and what their handlers share. It never serves one that does not stand behind
//! [`guarded`].

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use dynacrypt::DynamoRepository;
use example_common::Result;
use example_common::axum::{Gate, guarded};
use example_common::backend::Backend;
use example_common::health::Readiness;
use example_common::options::Options;
use example_common::tokens::Verifier;

use crate::record::Profile;
use crate::routes;

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Service(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) profiles: DynamoRepository<Profile>,
    pub(crate) readiness: Readiness,
    gate: Gate,
}

impl Service {
    pub(crate) fn new(options: &Options, verifier: Verifier, backend: &Backend) -> Self {
        let table = backend.table_name::<Profile>();
        Self(Arc::new(Shared {
            profiles: backend.repository(),
            readiness: Readiness::new(backend.dynamodb().clone(), table),
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

/// All routes.
pub(crate) fn router(service: Service) -> Result<Router> {
    let routes = Router::new()
        .merge(routes::profiles::routes())
        .merge(routes::api_key::routes())
        .merge(routes::health::routes());
    Ok(guarded(&service.gate, routes)?.with_state(service))
}
