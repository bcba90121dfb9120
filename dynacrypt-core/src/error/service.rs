//! What a service answered, with its text withheld. It never keeps what is no identifier.

use std::error::Error as StdError;
use std::fmt;

/// What DynamoDB or KMS answered: operation, code and request id. The text is withheld.
///
/// # Security
/// AWS's texts, and emulators' more so, can echo the request's items and keys. A code or request id
/// that is not made of the characters AWS uses is dropped, so that a hostile server cannot put text
/// in our logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    operation: &'static str,
    code: Option<String>,
    request_id: Option<String>,
}

impl ServiceError {
    pub(crate) fn new(
        operation: &'static str,
        code: Option<&str>,
        request_id: Option<&str>,
    ) -> Self {
        Self {
            operation,
            code: code.and_then(identifier),
            request_id: request_id.and_then(identifier),
        }
    }

    /// Service and operation, such as `dynamodb:PutItem`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// AWS's code, such as `ProvisionedThroughputExceededException`; `None` when nothing answered.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// AWS's request id, for support cases.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

fn identifier(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':');
    ((1..=128).contains(&text.len()) && text.chars().all(plain)).then(|| text.to_owned())
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.code.as_deref().unwrap_or("no answer"))?;
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}

impl StdError for ServiceError {}
