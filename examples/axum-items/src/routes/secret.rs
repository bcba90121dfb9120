//! The one route that reveals a secret: an item's, to its owner, audited. It never answers with
//! anything beside it.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use dynacrypt::reveal::Revealed;
use dynacrypt::{Record, Repository};
use example_common::axum::{Answer, Caller, Id};
use example_common::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{Absent, Always};
use crate::app::Service;
use crate::record::Item;

pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::default().routes(routes!(reveal))
}

/// A secret that is revealed on purpose.
#[derive(Serialize, ToSchema)]
struct RevealedSecret<'a> {
    /// The secret.
    #[schema(value_type = String, format = Password, read_only)]
    secret: Revealed<'a, String>,
}

/// Reveals an item's secret. Each time is an event in the audit log: that it was, not what.
#[utoipa::path(
    get, path = "/items/{item_id}/secret", operation_id = "reveal_secret", tag = "items",
    security(("bearer" = [])),
    params(("item_id" = String, Path, description = "The item's id")),
    responses((status = 200, description = "The secret", body = RevealedSecret), Always, Absent)
)]
async fn reveal(State(service): State<Service>, Caller(caller): Caller, Id(id): Id) -> Answer {
    let item = service.items.get(caller.principal(), id.as_str()).await?;
    let item = item.ok_or_else(Problem::not_found)?;
    let column = Item::columns().secret;
    let reason = "the owner asked for the secret";
    let secret = Revealed::new(&item.secret, column, caller.principal(), reason)?;
    // Without the pass, the egress guard withholds the answer.
    let pass = secret.pass();
    let answer: Response = axum::Json(RevealedSecret { secret }).into_response();
    Ok((Extension(pass), answer).into_response())
}
