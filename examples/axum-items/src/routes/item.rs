//! One item: shown, replaced, changed, deleted. It never tells another's item from one that is not
//! there, nor decrypts a secret.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::IntoResponse;
use dynacrypt::expr::Update;
use dynacrypt::{Record, Repository};
use example_common::axum::{Answer, Caller, Id, IfMatch, Json};
use example_common::input::Change;
use example_common::problem::Problem;
use example_common::version::etag;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{PartOfItem, ShownItem, WholeItem};
use crate::api::{Absent, Always, Changed, Sent};
use crate::app::Service;
use crate::record::{Face, Item};

pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::default().routes(routes!(show, replace, change, delete))
}

/// Shows an item.
#[utoipa::path(
    get, path = "/items/{item_id}", operation_id = "show_item", tag = "items",
    security(("bearer" = [])),
    params(("item_id" = String, Path, description = "The item's id")),
    responses(
        (status = 200, description = "The item", body = ShownItem,
            headers(("ETag" = String, description = "Its version"))),
        Always, Absent
    )
)]
async fn show(State(service): State<Service>, Caller(caller): Caller, Id(id): Id) -> Answer {
    let face = service.items.get_projection::<Face>(caller.principal(), id.as_str()).await?;
    let shown = ShownItem::from(face.ok_or_else(Problem::not_found)?);
    Ok(([(ETAG, etag(shown.version))], axum::Json(shown)).into_response())
}

/// Replaces an item, secret and all.
#[utoipa::path(
    put, path = "/items/{item_id}", operation_id = "replace_item", tag = "items",
    security(("bearer" = [])),
    params(
        ("item_id" = String, Path, description = "The item's id"),
        ("If-Match" = Option<String>, Header, description = "The version that is replaced, quoted; or `version` in the body"),
    ),
    request_body = WholeItem,
    responses(
        (status = 204, description = "It is stored", headers(("ETag" = String, description = "Its version"))),
        (status = 428, description = "Neither `If-Match` nor `version` says which version is replaced", body = crate::api::Problem),
        Always, Absent, Sent, Changed
    )
)]
async fn replace(
    State(service): State<Service>,
    Caller(caller): Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(body): Json<WholeItem>,
) -> Answer {
    let version = if_match.version(body.version)?;
    let item = body.into_item(id, caller.id(), version)?;
    service.items.replace(caller.principal(), &item).await?;
    Ok(written(version))
}

/// Changes some of an item. A secret is sealed by itself: nothing is read.
#[utoipa::path(
    patch, path = "/items/{item_id}", operation_id = "change_item", tag = "items",
    security(("bearer" = [])),
    params(
        ("item_id" = String, Path, description = "The item's id"),
        ("If-Match" = Option<String>, Header, description = "The version that is changed, quoted; or `version` in the body"),
    ),
    request_body(content((PartOfItem = "application/json"), (PartOfItem = "application/merge-patch+json"))),
    responses(
        (status = 204, description = "It is stored", headers(("ETag" = String, description = "Its version"))),
        (status = 428, description = "Neither `If-Match` nor `version` says which version is changed", body = crate::api::Problem),
        Always, Absent, Sent, Changed
    )
)]
async fn change(
    State(service): State<Service>,
    Caller(caller): Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(body): Json<PartOfItem>,
) -> Answer {
    let version = if_match.version(body.version)?;
    body.check()?;
    let column = Item::columns();
    let (mut update, mut empty) = (Update::new(), true);
    if let Change::Set(title) = body.title {
        (update, empty) = (update.set(column.title, title), false);
    }
    if let Change::Set(secret) = body.secret {
        (update, empty) = (update.set(column.secret, secret), false);
    }
    if empty {
        return Err(Problem::bad_request("nothing is changed").into());
    }
    let request = service.items.update_request(caller.principal(), id.as_str(), update);
    request.expect_version(version).send().await?;
    Ok(written(version))
}

/// Deletes an item; where `If-Match` is sent, in that version alone.
#[utoipa::path(
    delete, path = "/items/{item_id}", operation_id = "delete_item", tag = "items",
    security(("bearer" = [])),
    params(
        ("item_id" = String, Path, description = "The item's id"),
        ("If-Match" = Option<String>, Header, description = "The version that is deleted, quoted"),
    ),
    responses((status = 204, description = "It is gone"), Always, Absent, Changed)
)]
async fn delete(
    State(service): State<Service>,
    Caller(caller): Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Answer {
    let mut request = service.items.delete_request(caller.principal(), id.as_str());
    if let Some(version) = if_match.optional()? {
        request = request.expect_version(version);
    }
    if request.send().await? {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(Problem::not_found().into())
    }
}

fn written(version: u64) -> axum::response::Response {
    (StatusCode::NO_CONTENT, [(ETAG, etag(version.saturating_add(1)))]).into_response()
}
