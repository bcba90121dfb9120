//! The caller's items: created, listed. It never takes an id from a client, so that creating one does
//! not tell which are taken.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{ETAG, LOCATION};
use axum::response::IntoResponse;
use dynacrypt::repository::PageToken;
use dynacrypt::{Record, Repository};
use example_common::axum::{Answer, Caller, Json};
use example_common::input::Checks;
use example_common::problem::Problem;
use example_common::version::etag;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::shapes::{ItemPage, NewItem, ShownItem};
use crate::api::{Always, Sent};
use crate::app::Service;
use crate::record::{Face, Item};

/// Items of a page, unless the caller says how many.
const PAGE: usize = 20;
/// Most bytes of a page token that are looked at.
const MAX_TOKEN: usize = 2048;

pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::default().routes(routes!(create, list))
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// How many items at most; 20 unless said.
    #[param(value_type = u8, required = false, minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// `next` of the page before. It is the caller's alone.
    #[param(value_type = String, required = false, max_length = 2048)]
    page: Option<String>,
}

/// Creates an item.
#[utoipa::path(
    post, path = "/items", operation_id = "create_item", tag = "items", security(("bearer" = [])),
    request_body = NewItem,
    responses(
        (status = 201, description = "It is stored", headers(
            ("Location" = String, description = "Where it is"),
            ("ETag" = String, description = "Its version"),
        )),
        Always, Sent
    )
)]
async fn create(
    State(service): State<Service>,
    Caller(caller): Caller,
    Json(body): Json<NewItem>,
) -> Answer {
    let id = Uuid::now_v7().to_string();
    let place = format!("/items/{id}");
    let item = body.into_item(id, caller.id())?;
    service.items.create(caller.principal(), &item).await?;
    Ok((StatusCode::CREATED, [(LOCATION, place), (ETAG, etag(1))]).into_response())
}

/// The caller's items, a page at a time.
#[utoipa::path(
    get, path = "/items", operation_id = "list_items", tag = "items", security(("bearer" = [])),
    params(Which),
    responses((status = 200, description = "A page", body = ItemPage), Always)
)]
async fn list(
    State(service): State<Service>,
    Caller(caller): Caller,
    which: Result<Query<Which>, QueryRejection>,
) -> Answer {
    let not_valid = |_| Problem::bad_request("the query is not valid");
    let Query(Which { limit, page }) = which.map_err(not_valid)?;
    let limit = limit.unwrap_or(PAGE);
    Checks::new()
        .that((1..=100).contains(&limit), "limit", "must be from 1 to 100")
        .that(page.as_ref().is_none_or(|page| page.len() <= MAX_TOKEN), "page", "is no page token")
        .finish()?;
    let token = page.map(PageToken::from);
    let own = Item::indexes().by_owner.partition(caller.id());
    let query = service.items.query_index(caller.principal(), own).project::<Face>();
    let page = query.limit(limit).page(token.as_ref()).await?;
    let items = page.items.into_iter().map(|face| face.map(ShownItem::from));
    let items = items.collect::<Result<Vec<_>, _>>()?;
    let next = page.next.map(PageToken::into_string);
    Ok(axum::Json(ItemPage { items, next }).into_response())
}
