//! How many requests are under way, and how long each may take. It never lets one wait in a queue.

use std::sync::Arc;

use example_common::limits;
use example_common::problem::Problem;
use poem::{Endpoint, IntoResponse, Request, Response, Result};
use tokio::time::timeout;

use crate::answer::Refused;
use crate::app::Service;

/// 503 for what is too much, or takes too long.
pub(crate) async fn bounded<E: Endpoint>(
    service: Service,
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    let unavailable = || Refused::from(Problem::unavailable());
    let _place = service.places.try_acquire().map_err(|_| unavailable())?;
    let answer = timeout(limits::REQUEST, next.call(request)).await.map_err(|_| unavailable())?;
    answer.map(IntoResponse::into_response)
}
