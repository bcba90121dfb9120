//! Health, for whoever balances or restarts. It never says why the service is not ready.

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use example_common::axum::Answer;
use example_common::health;

use crate::app::Service;

pub(crate) fn routes() -> Router<Service> {
    Router::new().route("/health/live", get(|| async { ok() })).route("/health/ready", get(ready))
}

async fn ready(State(service): State<Service>) -> Answer {
    service.readiness.check().await?;
    Ok(ok())
}

fn ok() -> Response {
    ([(CONTENT_TYPE, "application/json")], health::OK).into_response()
}
