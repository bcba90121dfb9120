//! Health, for whoever balances or restarts. It never says why the service is not ready.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use example_common::axum::Answer;
use example_common::health;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Bounded;
use crate::app::Service;

pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::default().routes(routes!(live)).routes(routes!(ready))
}

/// How the service is.
#[derive(ToSchema)]
#[allow(dead_code, reason = "a schema alone: `health::OK` is what is answered")]
struct Health {
    /// `ok`
    status: String,
}

/// Whether the process runs.
#[utoipa::path(get, path = "/health/live", tag = "health", security(()), responses(
    (status = 200, description = "It runs", body = Health), Bounded
))]
async fn live() -> Response {
    ok()
}

/// Whether the service can serve: its database answers.
#[utoipa::path(get, path = "/health/ready", tag = "health", security(()), responses(
    (status = 200, description = "It can", body = Health), Bounded
))]
async fn ready(State(service): State<Service>) -> Answer {
    service.readiness.check().await?;
    Ok(ok())
}

fn ok() -> Response {
    ([(CONTENT_TYPE, "application/json")], health::OK).into_response()
}
