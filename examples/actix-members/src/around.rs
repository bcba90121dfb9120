//! What stands around the handlers, as actix's middleware. It never lets an answer out that the
//! egress guard has not read, nor an event that names more than the route's pattern.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use dynacrypt::reveal::RevealPass;
use example_common::problem::Problem;
use example_common::{limits, logs};
use futures_util::FutureExt;
use tracing::Instrument;

use crate::answer::refuse;
use crate::app::Service;
use crate::extract::values;

type Response = Result<ServiceResponse<BoxBody>, Error>;

/// One event a request, in a span with its id, which the answer has too.
pub(crate) async fn log(request: ServiceRequest, next: Next<BoxBody>) -> Response {
    let (id, started) = (logs::request_id(), Instant::now());
    let (method, route) = (request.method().clone(), request.match_pattern());
    async {
        let mut response = next.call(request).await?;
        let status = response.status().as_u16();
        logs::answered(method.as_str(), route.as_deref(), status, started.elapsed());
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
        }
        Ok(response)
    }
    .instrument(logs::request_span(&id))
    .await
}

/// Requests beyond the bound are refused, as are those that a trusted proxy took over plain HTTP;
/// each address is counted.
pub(crate) async fn admit(request: ServiceRequest, next: Next<BoxBody>) -> Response {
    // Of one request: the place is given back when it is answered.
    let place = match admitted(&request) {
        Ok(place) => place,
        Err(problem) => return Ok(request.into_response(refuse(problem))),
    };
    let response = next.call(request).await;
    drop(place);
    response
}

fn admitted(request: &ServiceRequest) -> Result<tokio::sync::OwnedSemaphorePermit, Problem> {
    let service = request.app_data::<web::Data<Service>>().ok_or_else(Problem::internal)?;
    let place = service.places.clone().try_acquire_owned();
    let place = place.map_err(|_| Problem::unavailable())?;
    let peer = request.peer_addr().ok_or_else(Problem::internal)?.ip();
    let headers = request.headers();
    let proto = values(headers, "x-forwarded-proto");
    let forwarded_for = values(headers, "x-forwarded-for");
    // Two iterators of one type: as lists.
    let (proto, forwarded_for): (Vec<_>, Vec<_>) = (proto.collect(), forwarded_for.collect());
    let address = service.proxies.admit(peer, proto, forwarded_for)?;
    service.rates.address(address)?;
    Ok(place)
}

/// The egress guard: an answer with a secret in it that nobody revealed does not leave.
pub(crate) async fn guard(request: ServiceRequest, next: Next<BoxBody>) -> Response {
    let (request, response) = next.call(request).await?.into_parts();
    let pass = response.extensions().get::<RevealPass>().cloned();
    let (head, body) = response.into_parts();
    let egress = request.app_data::<web::Data<Service>>().map(|service| &service.egress);
    let checked = match (to_bytes(body).await, egress) {
        (Ok(body), Some(egress)) => {
            let headers = head.headers().iter().map(|(_, value)| value.as_bytes());
            egress.check(headers, &body, pass.as_ref()).map(|()| body)
        }
        _ => Err(Problem::internal()),
    };
    let response = match checked {
        Ok(body) => head.set_body(body).map_into_boxed_body(),
        Err(problem) => refuse(problem),
    };
    Ok(ServiceResponse::new(request, response))
}

/// A bound on the time of a handler, and an answer where it panics. Around each resource, not the
/// whole: a request cannot be kept for the answer before it was routed.
pub(crate) async fn bound(request: ServiceRequest, next: Next<BoxBody>) -> Response {
    let kept = request.request().clone();
    let handled = AssertUnwindSafe(next.call(request)).catch_unwind();
    let problem = match tokio::time::timeout(limits::REQUEST, handled).await {
        Ok(Ok(answered)) => return answered,
        Ok(Err(_)) => Problem::internal(),
        Err(_) => Problem::unavailable(),
    };
    Ok(ServiceResponse::new(kept, refuse(problem)))
}
