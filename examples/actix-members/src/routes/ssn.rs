//! The one route that reveals a secret: the member's number, to the member, audited. It never
//! answers with anything beside it.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use dynacrypt::reveal::Revealed;
use serde::Serialize;

use super::resource;
use crate::answer::Answer;
use crate::app::Service;
use crate::extract::{Caller, UserId};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/members/{user_id}/ssn", "GET").route(web::get().to(reveal)));
}

#[derive(Serialize)]
struct Number<'s> {
    ssn: Revealed<'s, String>,
}

async fn reveal(service: web::Data<Service>, Caller(caller): Caller, UserId(id): UserId) -> Answer {
    let secret = service.members.of(&caller, &id)?.ssn().await?;
    let ssn = secret.reveal(&caller)?;
    // Without the pass, the egress guard withholds the answer.
    let pass = ssn.pass();
    let mut answer = HttpResponse::Ok().json(Number { ssn });
    answer.extensions_mut().insert(pass);
    Ok(answer)
}
