//! Answers in the form of AWS's JSON protocol. It never sends one anywhere.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

/// A service error whose text repeats the request's body.
pub(super) fn refused(
    status: u16,
    code: &str,
    request: &HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let echo = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
    let message = format!("planned fault; the request was: {echo}");
    let body = serde_json::json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"),
        "message": message,
    });
    json(status, body.to_string())
}

/// An answer with this body.
pub(super) fn json(status: u16, body: String) -> Result<HttpResponse, ConnectorError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let status = StatusCode::try_from(status)
        .map_err(|_| ConnectorError::user("the planned status is no HTTP status".into()))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    let headers = response.headers_mut();
    headers.insert("content-type", "application/x-amz-json-1.0");
    headers.insert("x-amzn-requestid", format!("PLANNED{}", COUNT.fetch_add(1, Ordering::Relaxed)));
    Ok(response)
}

/// The whole body of an answer.
pub(super) async fn body_of(response: HttpResponse) -> Result<Vec<u8>, ConnectorError> {
    match ByteStream::new(response.into_body()).collect().await {
        Ok(bytes) => Ok(bytes.to_vec()),
        Err(error) => Err(ConnectorError::io(error.into())),
    }
}
