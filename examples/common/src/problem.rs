//! What a service answers when it does not do what it was asked. It never carries a value, and no
//! other library's text: every word of it is fixed.

use std::fmt;

use dynacrypt::{Error, ErrorKind};
use http::StatusCode;
use serde::Serialize;

/// A refusal: status, fixed text, fields at fault, headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    error: &'static str,
    fields: Vec<FieldProblem>,
    headers: Vec<(&'static str, String)>,
}

/// A field at fault, and why: both fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FieldProblem {
    /// The member of the body.
    pub field: &'static str,
    /// What it must be.
    pub reason: &'static str,
}

impl Problem {
    /// A refusal of this status. The text is `'static` so that no value can get into it.
    #[must_use]
    pub fn new(status: StatusCode, error: &'static str) -> Self {
        Self { status, error, fields: Vec::new(), headers: Vec::new() }
    }

    fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// 400.
    #[must_use]
    pub fn bad_request(error: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// 400, with the fields at fault.
    #[must_use]
    pub fn invalid(fields: Vec<FieldProblem>) -> Self {
        Self { fields, ..Self::bad_request("the request is not valid") }
    }

    /// 400 for a request that a trusted proxy took over plain HTTP.
    #[must_use]
    pub fn https_required() -> Self {
        Self::bad_request("https required")
    }

    /// 401 for a request without a token.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "a bearer token is required")
            .with_header("www-authenticate", "Bearer")
    }

    /// 401 for a token that does not count. It does not say why.
    #[must_use]
    pub fn invalid_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "the token is not valid")
            .with_header("www-authenticate", r#"Bearer error="invalid_token""#)
    }

    /// 403: the same whether or not there is such an item.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "access denied")
    }

    /// 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not found")
    }

    /// 405, with the methods that there are, such as `GET, PUT`.
    #[must_use]
    pub fn method_not_allowed(allow: impl Into<String>) -> Self {
        let allow = allow.into();
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method not allowed");
        if allow.is_empty() { problem } else { problem.with_header("allow", allow) }
    }

    /// 413.
    #[must_use]
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large")
    }

    /// 415.
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json")
    }

    /// 428.
    #[must_use]
    pub fn precondition_required() -> Self {
        Self::new(StatusCode::PRECONDITION_REQUIRED, "If-Match with the version is required")
    }

    /// 429, with the seconds to wait.
    #[must_use]
    pub fn too_many_requests(seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too many requests")
            .with_header("retry-after", seconds.max(1).to_string())
    }

    /// 503: the same request may succeed later.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "service unavailable")
            .with_header("retry-after", "1")
    }

    /// 500.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Headers beside `content-type: application/json`, names in lower case.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The body: `{"error": …}`, with `fields` where there are any.
    #[must_use]
    pub fn body(&self) -> String {
        let fields = &self.fields;
        let body = if fields.is_empty() {
            serde_json::json!({ "error": self.error })
        } else {
            serde_json::json!({ "error": self.error, "fields": fields })
        };
        body.to_string()
    }

    /// All of it, for frameworks over `http` 1.
    pub fn response<B: From<String>>(&self) -> http::Response<B> {
        let mut response = http::Response::new(B::from(self.body()));
        *response.status_mut() = self.status;
        let json = http::HeaderValue::from_static("application/json");
        response.headers_mut().insert(http::header::CONTENT_TYPE, json);
        for (name, value) in self.headers() {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// What the repository refused, as an answer. What is ours to mend is logged, by kind alone.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::AccessDenied => Self::forbidden(),
            ErrorKind::NotFound => Self::not_found(),
            ErrorKind::Conflict => Self::new(StatusCode::CONFLICT, "it exists already"),
            ErrorKind::VersionConflict | ErrorKind::ConditionFailed => {
                Self::new(StatusCode::CONFLICT, "it changed since it was read")
            }
            ErrorKind::InvalidToken => Self::bad_request("the page token is not valid"),
            ErrorKind::InvalidRecord | ErrorKind::InvalidRequest | ErrorKind::DuplicateKey => {
                Self::bad_request("the request is not valid")
            }
            ErrorKind::ItemTooLarge => Self::too_large(),
            ErrorKind::Throttled => Self::too_many_requests(1),
            ErrorKind::Unavailable | ErrorKind::TransactionConflict => Self::unavailable(),
            kind => {
                tracing::error!(?kind, "the repository failed");
                match kind {
                    ErrorKind::KeyAccessDenied
                    | ErrorKind::KeyDisabled
                    | ErrorKind::KeyNotFound
                    // The first deployment of a move from an old form writes nothing.
                    | ErrorKind::NotCapable
                    | ErrorKind::TableNotFound => Self::unavailable(),
                    _ => Self::internal(),
                }
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.error)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_repository_refuses_has_its_status() {
        for (kind, status) in [
            (ErrorKind::AccessDenied, 403),
            (ErrorKind::NotFound, 404),
            (ErrorKind::Conflict, 409),
            (ErrorKind::VersionConflict, 409),
            (ErrorKind::ConditionFailed, 409),
            (ErrorKind::InvalidRecord, 400),
            (ErrorKind::InvalidToken, 400),
            (ErrorKind::ItemTooLarge, 413),
            (ErrorKind::Throttled, 429),
            (ErrorKind::Unavailable, 503),
            (ErrorKind::KeyAccessDenied, 503),
            (ErrorKind::NotCapable, 503),
            (ErrorKind::Decrypt, 500),
            (ErrorKind::NotSealed, 500),
        ] {
            assert_eq!(Problem::from(Error::new(kind)).status(), status, "{kind:?}");
        }
        let throttled: http::Response<String> =
            Problem::from(Error::new(ErrorKind::Throttled)).response();
        assert_eq!(throttled.headers()["retry-after"], "1");
    }

    #[test]
    fn reasons_of_errors_do_not_get_out() {
        let denied = Error::new(ErrorKind::AccessDenied).with_reason("CANARY");
        assert_eq!(Problem::from(denied).body(), r#"{"error":"access denied"}"#);
    }

    #[test]
    fn fields_are_named_with_their_reasons() {
        let fields = vec![FieldProblem { field: "ssn", reason: "must be text" }];
        let response: http::Response<String> = Problem::invalid(fields).response();
        assert_eq!(response.status(), 400);
        assert_eq!(
            response.body(),
            r#"{"error":"the request is not valid","fields":[{"field":"ssn","reason":"must be text"}]}"#
        );
    }

    #[test]
    fn a_401_says_how_to_authenticate() {
        for problem in [Problem::unauthenticated(), Problem::invalid_token()] {
            let response: http::Response<String> = problem.response();
            assert!(response.headers()["www-authenticate"].as_bytes().starts_with(b"Bearer"));
        }
    }
}
