//! Sign-in for the demonstration: a short-lived token of one of its two owners, to the page itself.
//! It never answers another origin, and nothing keeps the token but the page that asked.

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::routing::post;
use example_common::axum::{Answer, Json, Members, Refused};
use example_common::demo::SHORT_LIFETIME;
use example_common::problem::{FieldProblem, Problem};
use serde::{Deserialize, Serialize};

use crate::app::Service;

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

/// That the request comes from the page.
struct FromPage;

impl FromRequestParts<Service> for FromPage {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Refused> {
        let demonstration = service.demonstration.as_ref().ok_or_else(Problem::not_found)?;
        let headers = &parts.headers;
        // HTTP/2 has it in the target, HTTP/1.1 in a header.
        let target = parts.uri.authority().map(|authority| authority.as_str().as_bytes());
        let hosts = headers.get_all(HOST).iter().map(AsRef::as_ref);
        let sent_to: Vec<&[u8]> = target.map_or_else(|| hosts.collect(), |target| vec![target]);
        let origin = headers.get_all(ORIGIN).iter().map(AsRef::as_ref);
        let site = headers.get_all("sec-fetch-site").iter().map(AsRef::as_ref);
        demonstration.origins.check(sent_to, origin, site)?;
        Ok(Self)
    }
}

async fn sign_in(State(service): State<Service>, _: FromPage, Json(body): Json<SignIn>) -> Answer {
    let demonstration = service.demonstration.as_ref().ok_or_else(Problem::not_found)?;
    let signed = demonstration.demo.token(&body.owner).map_err(|_| Problem::internal())?;
    let (user_id, token) = signed.ok_or_else(|| {
        Problem::invalid(vec![FieldProblem { field: "owner", reason: "must be ada or bob" }])
    })?;
    Ok(axum::Json(SignedIn { user_id, token, expires_in: SHORT_LIFETIME }).into_response())
}
