//! Refusals as actix's responses. It never adds a word of its own, and lets none of actix's out.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, ResponseError};
use example_common::problem::Problem;

/// What a handler gives.
pub(crate) type Answer = Result<HttpResponse, Refused>;

/// A refusal.
#[derive(Debug)]
pub(crate) struct Refused(Problem);

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        // actix is on an `http` of its own.
        StatusCode::from_u16(self.0.status().as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CONTENT_TYPE, "application/json"));
        for header in self.0.headers() {
            response.insert_header(header);
        }
        response.body(self.0.body())
    }
}

/// A refusal, where there is nobody to hand it to.
pub(crate) fn refuse(problem: Problem) -> HttpResponse {
    Refused::from(problem).error_response()
}
