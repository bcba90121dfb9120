//! Refusals as axum's responses. It never adds a word of its own.

use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// What a handler gives.
pub type Answer<T = Response> = Result<T, Refused>;

/// A refusal.
#[derive(Debug)]
pub struct Refused(Problem);

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

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0.response()
    }
}
