//! Sign-in for the demonstration: a short-lived token of one of its two owners, to the page itself.
//! It never answers another origin, and nothing keeps the token but the page that asked.

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::post;
use example_common::axum::{Answer, Json, Members};
use example_common::demo::SHORT_LIFETIME;
use example_common::problem::{FieldProblem, Problem};
use serde::{Deserialize, Serialize};

use crate::app::Service;
use crate::page::FromPage;

pub(crate) fn routes() -> Router<Service> {
    Router::new().route("/demo/token", post(sign_in))
}

/// Who wants to sign in: `ada` or `bob`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    owner: String,
}

impl Members for SignIn {
    const MEMBERS: &'static [&'static str] = &["owner"];
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignedIn {
    user_id: &'static str,
    token: String,
    expires_in: u64,
}

async fn sign_in(State(service): State<Service>, _: FromPage, Json(body): Json<SignIn>) -> Answer {
    let demonstration = service.demonstration.as_ref().ok_or_else(Problem::not_found)?;
    let signed = demonstration.demo.token(&body.owner).map_err(|_| Problem::internal())?;
    let (user_id, token) = signed.ok_or_else(|| {
        Problem::invalid(vec![FieldProblem { field: "owner", reason: "must be ada or bob" }])
    })?;
    Ok(axum::Json(SignedIn { user_id, token, expires_in: SHORT_LIFETIME }).into_response())
}
