//! Errors become answers in our words. It never passes on the text of poem's own errors, which can
//! quote what was sent.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use example_common::problem::Problem;
use poem::error::{ReadBodyError, ResponseError};
use poem::http::StatusCode;
use poem::{Endpoint, Error, IntoResponse, PathPattern, Request, Response, Result};

use crate::answer::Refused;

/// Around every middleware that refuses.
pub(crate) async fn refusals<E: Endpoint>(next: Arc<E>, request: Request) -> Result<Response> {
    Ok(match next.call(request).await {
        Ok(response) => response.into_response(),
        Err(error) => answer(&error),
    })
}

fn answer(error: &Error) -> Response {
    let mut response = match error.downcast_ref::<Refused>() {
        Some(refused) => refused.as_response(),
        None => Refused::from(problem(error)).as_response(),
    };
    // For the log.
    if let Some(pattern) = error.data::<PathPattern>() {
        response.set_data(pattern.clone());
    }
    response
}

fn problem(error: &Error) -> Problem {
    match error.downcast_ref::<ReadBodyError>() {
        // Ours, where a handler read more than the bound through poem.
        Some(ReadBodyError::Io(error)) if is_too_large(error) => Problem::too_large(),
        Some(ReadBodyError::Io(_)) => Problem::bad_request("the body ended early"),
        _ => by_status(error.status()),
    }
}

/// poem wraps what a body fails with.
fn is_too_large(error: &io::Error) -> bool {
    error.kind() == ErrorKind::FileTooLarge
        || error.get_ref().and_then(|inner| inner.downcast_ref()).is_some_and(is_too_large)
}

fn by_status(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::not_found(),
        StatusCode::METHOD_NOT_ALLOWED => Problem::method_not_allowed(""),
        status if status.is_client_error() => Problem::bad_request("the request is not valid"),
        status => {
            tracing::error!(status = status.as_u16(), "the framework failed");
            Problem::internal()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_text_of_other_errors_does_not_get_out() {
        for status in [StatusCode::BAD_REQUEST, StatusCode::INTERNAL_SERVER_ERROR] {
            let response = answer(&Error::from_string("CANARY", status));
            assert_eq!(response.status(), status);
            assert!(!response.into_body().into_string().await.unwrap().contains("CANARY"));
        }
    }
}
