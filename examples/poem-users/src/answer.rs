//! Refusals as poem's errors and responses. It never adds a word of its own, nor lets poem do so.

use std::fmt;

use example_common::problem::Problem;
use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::http::header::CONTENT_TYPE;
use poem::{Body, IntoResponse, Response, ResponseParts};
use serde::Serialize;

/// What a handler gives.
pub(crate) type Answer = Result<Response, Refused>;

/// A refusal: what a middleware or a handler gives instead of an answer.
#[derive(Debug)]
pub(crate) struct Refused(Problem);

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<dynacrypt::Error> for Refused {
    fn from(error: dynacrypt::Error) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Refused {}

impl ResponseError for Refused {
    fn status(&self) -> StatusCode {
        self.0.status()
    }

    fn as_response(&self) -> Response {
        let (parts, body) = self.0.response::<String>().into_parts();
        let parts = ResponseParts {
            status: parts.status,
            version: parts.version,
            headers: parts.headers,
            extensions: parts.extensions,
        };
        Response::from_parts(parts, Body::from_string(body))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.as_response()
    }
}

/// An answer of JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<Response, Refused> {
    // What fails to serialize is never quoted: poem would answer with serde's text.
    let body = serde_json::to_vec(value).map_err(|_| Problem::internal())?;
    Ok(Response::builder().header(CONTENT_TYPE, "application/json").body(body))
}
