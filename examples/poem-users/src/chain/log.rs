//! One event a request, under an id that the answer has too. It never logs a path, a query, a header
//! or a body: the pattern of the route says enough.

use std::sync::Arc;
use std::time::Instant;

use example_common::logs;
use poem::http::HeaderValue;
use poem::{Endpoint, PathPattern, Request, Response, Result};
use tracing::Instrument;

/// Around everything that can log.
pub(crate) async fn log<E: Endpoint>(next: Arc<E>, request: Request) -> Result<Response> {
    let (id, started) = (logs::request_id(), Instant::now());
    let method = request.method().clone();
    async {
        let mut response = next.get_response(request).await;
        let route = response.data::<PathPattern>().map(|pattern| pattern.0.clone());
        let status = response.status().as_u16();
        logs::answered(method.as_str(), route.as_deref(), status, started.elapsed());
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("x-request-id", id);
        }
        Ok(response)
    }
    .instrument(logs::request_span(&id))
    .await
}
