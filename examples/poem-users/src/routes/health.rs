//! Health, for whoever balances or restarts. It never says why the service is not ready.

use example_common::health;
use poem::http::header::CONTENT_TYPE;
use poem::web::Data;
use poem::{Response, handler};

use crate::answer::Answer;
use crate::app::Service;

#[handler]
pub(crate) fn live() -> Response {
    ok()
}

#[handler]
pub(crate) async fn ready(Data(service): Data<&Service>) -> Answer {
    service.readiness.check().await?;
    Ok(ok())
}

fn ok() -> Response {
    Response::builder().header(CONTENT_TYPE, "application/json").body(health::OK)
}
