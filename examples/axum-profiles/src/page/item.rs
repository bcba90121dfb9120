//! The caller's own item, as the table has it. It never opens anything, and takes the key from the
//! token alone, so that there is no other's to ask for.

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use example_common::axum::{Answer, Caller};
use example_common::problem::Problem;

use crate::app::Service;

pub(crate) fn routes() -> Router<Service> {
    Router::new().route("/demo/item", get(stored))
}

async fn stored(State(service): State<Service>, Caller(caller): Caller) -> Answer {
    let demonstration = service.demonstration.as_ref().ok_or_else(Problem::not_found)?;
    let item = demonstration.items.get(caller.id()).await?;
    Ok(axum::Json(item).into_response())
}
