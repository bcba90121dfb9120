//! What the DynamoDB and KMS clients share: the guard against plain HTTP, and the translation of
//! SDK errors with their texts withheld. It never sends anything itself.

use std::error::Error as StdError;
use std::fmt;
use std::net::IpAddr;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};

use crate::error::{Error, ErrorKind, ServiceError};

/// Refuses each request whose endpoint is plain HTTP and not on this machine, just before it would
/// be sent: whatever configuration, environment or resolver the endpoint came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HttpsGuard {
    /// The user called `danger_allow_plain_http`.
    pub(crate) allow_plain_http: bool,
}

#[derive(Debug)]
struct PlainHttp;

impl fmt::Display for PlainHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plain http")
    }
}

impl StdError for PlainHttp {}

impl Intercept for HttpsGuard {
    fn name(&self) -> &'static str {
        "dynacrypt::HttpsGuard"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.allow_plain_http || is_private(context.request().uri()) {
            Ok(())
        } else {
            Err(PlainHttp.into())
        }
    }
}

/// Whether nobody on a network can read along: HTTPS, or this machine's loopback.
fn is_private(uri: &str) -> bool {
    let Ok(uri) = uri.parse::<http::Uri>() else { return false };
    if uri.scheme() == Some(&http::uri::Scheme::HTTPS) {
        return true;
    }
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        // RFC 6761 section 6.3: names under `localhost` resolve to loopback.
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

/// Turns an SDK error into ours. `kind_of` knows the operation's own codes; what it does not know
/// is sorted here.
pub(crate) fn translate<E>(
    operation: &'static str,
    error: &SdkError<E, HttpResponse>,
    kind_of: impl FnOnce(&str) -> Option<ErrorKind>,
) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    if is_plain_http(error) {
        return Error::new(ErrorKind::InsecureEndpoint)
            .with_reason("use https, or allow it with `danger_allow_plain_http`");
    }
    let metadata: Option<&ErrorMetadata> = error.as_service_error().map(ProvideErrorMetadata::meta);
    let code = metadata.and_then(ErrorMetadata::code);
    let status = error.raw_response().map(|response| response.status().as_u16());
    // The code says no more than that something is not valid; the text is looked at and dropped.
    let message = metadata.and_then(ErrorMetadata::message).unwrap_or_default();
    let is_too_large = code == Some("ValidationException") && message.starts_with("Item size ");
    let kind = match code {
        _ if is_too_large => ErrorKind::ItemTooLarge,
        Some(code) => kind_of(code).or_else(|| common_kind(code)).unwrap_or(match status {
            Some(500..) => ErrorKind::Unavailable,
            _ => ErrorKind::Service,
        }),
        None => match error {
            SdkError::ConstructionFailure(_) => ErrorKind::Service,
            SdkError::ServiceError(_) if status.is_some_and(|status| status < 500) => {
                ErrorKind::Service
            }
            _ => ErrorKind::Unavailable,
        },
    };
    let request_id = metadata.and_then(|metadata| metadata.extra("aws_request_id"));
    Error::new(kind).with_source(ServiceError::new(operation, code, request_id))
}

fn common_kind(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "LimitExceededException"
        | "SlowDown"
        | "ProvisionedThroughputExceededException"
        | "RequestThrottledException" => ErrorKind::Throttled,
        "InternalServerError"
        | "InternalFailure"
        | "ServiceUnavailable"
        | "ServiceUnavailableException" => ErrorKind::Unavailable,
        _ => return None,
    })
}

fn is_plain_http<E: StdError + 'static, R: fmt::Debug>(error: &SdkError<E, R>) -> bool {
    let mut next = error.source();
    while let Some(source) = next {
        if source.is::<PlainHttp>() {
            return true;
        }
        next = source.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_are_private() {
        for uri in [
            "https://dynamodb.eu-central-1.amazonaws.com/",
            "HTTPS://x/",
            "http://127.0.0.1:8000/",
            "http://127.9.9.9",
            "http://[::1]:1/",
            "http://localhost:4566/",
            "http://LOCALHOST/",
        ] {
            assert!(is_private(uri), "{uri}");
        }
        for uri in [
            "http://dynamodb.eu-central-1.amazonaws.com/",
            "http://10.0.0.1/",
            "http://localhost.evil.example/",
            "http://localhost@evil.example/",
            "http://127.0.0.1.nip.io/",
            "http://0.0.0.0/",
            "http://[::]/",
            "/",
            "ftp://x",
            "",
        ] {
            assert!(!is_private(uri), "{uri}");
        }
    }
}
