//! The caller's own item, as the table has it, and as it is after somebody changed it there. It never
//! opens anything, and takes the key from the token alone: there is no other's to ask for.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use example_common::axum::{Answer, Caller};
use example_common::problem::Problem;

use crate::app::Service;
use crate::page::FromPage;

pub(crate) fn routes() -> Router<Service> {
    Router::new().route("/demo/item", get(stored)).route("/demo/tamper", post(tamper))
}

async fn stored(State(service): State<Service>, Caller(caller): Caller) -> Answer {
    let demonstration = service.demonstration.as_ref().ok_or_else(Problem::not_found)?;
    let item = demonstration.items.get(caller.id()).await?;
    Ok(axum::Json(item).into_response())
}

async fn tamper(State(service): State<Service>, _: FromPage, Caller(caller): Caller) -> Answer {
    let demonstration = service.demonstration.as_ref().ok_or_else(Problem::not_found)?;
    demonstration.items.tamper(caller.id()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
