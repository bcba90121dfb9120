//! Health, for whoever balances or restarts. It never says why the service is not ready.

use example_common::health;
use rocket::{State, get};

use crate::answer::{Answer, Reply};
use crate::app::Service;

#[get("/health/live")]
pub(crate) fn live() -> Reply {
    Reply::text(health::OK)
}

#[get("/health/ready")]
pub(crate) async fn ready(service: &State<Service>) -> Answer {
    service.readiness.check().await?;
    Ok(Reply::text(health::OK))
}
