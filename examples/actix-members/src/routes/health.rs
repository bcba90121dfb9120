//! Health, for whoever balances or restarts. It never says why the service is not ready.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use example_common::health;

use super::resource;
use crate::answer::Answer;
use crate::app::Service;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/health/live", "GET").route(web::get().to(|| async { ok() })))
        .service(resource("/health/ready", "GET").route(web::get().to(ready)));
}

async fn ready(service: web::Data<Service>) -> Answer {
    service.members.ready().await?;
    Ok(ok())
}

fn ok() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(health::OK)
}
