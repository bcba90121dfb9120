//! Members: created, shown, replaced, changed, gone. It never answers with a secret, nor knows
//! which field is one.

use actix_web::HttpResponse;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::web::{self, ServiceConfig};
use example_common::version::etag;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::resource;
use crate::answer::Answer;
use crate::app::Service;
use crate::extract::{Body, Caller, IfMatch, UserId};
use crate::members::{Part, Whole};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/members", "POST").route(web::post().to(create))).service(
        resource("/members/{user_id}", "GET, PUT, PATCH, DELETE")
            .route(web::get().to(show))
            .route(web::put().to(replace))
            .route(web::patch().to(change))
            .route(web::delete().to(leave)),
    );
}

async fn create(service: web::Data<Service>, Caller(caller): Caller, body: Body) -> Answer {
    let version = service.members.join(&caller, body.json::<Whole>().await?).await?;
    let id = utf8_percent_encode(caller.id(), NON_ALPHANUMERIC);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("/members/{id}")))
        .insert_header((ETAG, etag(version)))
        .finish())
}

async fn show(service: web::Data<Service>, Caller(caller): Caller, UserId(id): UserId) -> Answer {
    let shown = service.members.of(&caller, &id)?.show().await?;
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(shown.version))).json(shown))
}

async fn replace(
    service: web::Data<Service>,
    Caller(caller): Caller,
    UserId(id): UserId,
    if_match: IfMatch,
    body: Body,
) -> Answer {
    let own = service.members.of(&caller, &id)?;
    let whole = body.json::<Whole>().await?;
    let version = if_match.version(whole.version)?;
    let version = own.replace(whole, version).await?;
    Ok(HttpResponse::NoContent().insert_header((ETAG, etag(version))).finish())
}

async fn change(
    service: web::Data<Service>,
    Caller(caller): Caller,
    UserId(id): UserId,
    if_match: IfMatch,
    body: Body,
) -> Answer {
    let own = service.members.of(&caller, &id)?;
    let part = body.json::<Part>().await?;
    let version = if_match.version(part.version)?;
    let version = own.change(part, version).await?;
    Ok(HttpResponse::NoContent().insert_header((ETAG, etag(version))).finish())
}

async fn leave(
    service: web::Data<Service>,
    Caller(caller): Caller,
    UserId(id): UserId,
    if_match: IfMatch,
) -> Answer {
    service.members.of(&caller, &id)?.leave(if_match.optional()?).await?;
    Ok(HttpResponse::NoContent().finish())
}
