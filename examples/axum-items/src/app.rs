//! The routes, their document, and what handlers share. It never serves a route that handles items
//! and does not stand behind [`guarded`].

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use dynacrypt::DynamoRepository;
use example_common::Result;
use example_common::axum::{Gate, guarded, pages};
use example_common::backend::Backend;
use example_common::health::Readiness;
use example_common::options::Options;
use example_common::tokens::Verifier;

use crate::record::Item;
use crate::{api, docs};

/// What handlers share.
#[derive(Clone)]
pub(crate) struct Service(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) items: DynamoRepository<Item>,
    pub(crate) readiness: Readiness,
    gate: Gate,
}

impl Service {
    pub(crate) fn new(options: &Options, verifier: Verifier, backend: &Backend) -> Self {
        let table = backend.table_name::<Item>();
        Self(Arc::new(Shared {
            items: backend.repository(),
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

/// All routes: those of the document, the document, and the page that shows it.
pub(crate) fn router(service: Service) -> Result<Router> {
    let (routes, document) = api::routes().split_for_parts();
    let routes = routes.merge(docs::document(&document)?);
    let routes = guarded(&service.gate, routes)?;
    let pages = pages(&service.gate, docs::headers(), docs::page())?;
    Ok(routes.merge(pages).with_state(service))
}
