//! The one route that reveals a secret: the owner's API key, to the owner, audited. It never answers
//! with anything beside it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use dynacrypt::reveal::Revealed;
use dynacrypt::{Record, Repository};
use example_common::axum::{Answer, Caller, Id};
use example_common::problem::Problem;
use serde::Serialize;

use crate::app::Service;
use crate::record::Profile;

pub(crate) fn routes() -> Router<Service> {
    Router::new().route("/profiles/{user_id}/api-key", get(reveal))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiKey<'a> {
    api_key: Revealed<'a, String>,
}

async fn reveal(State(service): State<Service>, Caller(caller): Caller, Id(id): Id) -> Answer {
    let profile = service.profiles.get(caller.principal(), id.as_str()).await?;
    let profile = profile.ok_or_else(Problem::not_found)?;
    let secret = profile.api_key.as_ref().ok_or_else(Problem::not_found)?;
    let column = Profile::columns().api_key;
    let api_key = Revealed::new(secret, column, caller.principal(), "the owner asked for the key")?;
    // Without the pass, the egress guard withholds the answer.
    let pass = api_key.pass();
    let answer: Response = axum::Json(ApiKey { api_key }).into_response();
    Ok((Extension(pass), answer).into_response())
}
