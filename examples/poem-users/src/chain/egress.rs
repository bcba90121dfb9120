//! The egress guard: reads each answer before it leaves. It never logs what it found.

use std::sync::Arc;

use dynacrypt::reveal::RevealPass;
use example_common::egress::Egress;
use example_common::problem::Problem;
use poem::{Endpoint, IntoResponse, Request, Response, Result};

use crate::answer::Refused;

/// Bytes of an answer that is read; no answer of ours is near.
const LIMIT: usize = 1 << 20;

/// 500 in place of an answer with a secret in it, unless it reveals one on purpose.
pub(crate) async fn egress<E: Endpoint>(
    guard: Arc<Egress>,
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    // What is still an error is looked at as the answer that it becomes.
    let mut response = next.get_response(request).await;
    let pass = response.extensions_mut().remove::<RevealPass>();
    let checked = match response.take_body().into_bytes_limit(LIMIT).await {
        Ok(body) => guard.check(response.headers().values(), &body, pass.as_ref()).map(|()| body),
        // What cannot be read does not leave.
        Err(_) => Err(Problem::internal()),
    };
    Ok(match checked {
        Ok(body) => {
            response.set_body(body);
            response
        }
        Err(problem) => Refused::from(problem).into_response(),
    })
}
