//! What was changed of a member, to the member: names of fields, never values.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use serde::Serialize;

use super::resource;
use crate::answer::Answer;
use crate::app::Service;
use crate::extract::{Caller, UserId};
use crate::stream::history::Entry;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/members/{user_id}/history", "GET").route(web::get().to(show)));
}

#[derive(Serialize)]
struct Shown {
    changes: Vec<Entry>,
}

async fn show(service: web::Data<Service>, Caller(caller): Caller, UserId(id): UserId) -> Answer {
    let changes = service.members.of(&caller, &id)?.history()?;
    Ok(HttpResponse::Ok().json(Shown { changes }))
}
