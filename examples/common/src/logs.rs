//! Logs: JSON lines through the masking writer, one event a request. It never logs a query, a header,
//! a body or a key value.

use std::io;
use std::time::Duration;

use dynacrypt::Record;
use dynacrypt::redact::{RedactingWriter, Redactor};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::Result;

/// Target of the event of each request.
pub const REQUESTS: &str = "requests";

/// What masks the logs of a service: the names of the record's sensitive fields, and every shape.
#[must_use]
pub fn redactor<R: Record>() -> Redactor {
    Redactor::new().record::<R>()
}

/// Sends all events to standard error, as JSON, masked. Panics too: by their place, without their
/// message, which may quote what was unwrapped.
///
/// # Errors
/// Where the filter cannot be read, or a subscriber is installed already.
pub fn init(filter: &str, redactor: Redactor) -> Result<()> {
    let filter: Targets = filter.parse()?;
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(RedactingWriter::new(redactor, io::stderr))
        .with_filter(filter);
    tracing_subscriber::registry().with(lines).try_init()?;
    std::panic::set_hook(Box::new(|panic| {
        let (file, line) = panic.location().map_or(("?", 0), |at| (at.file(), at.line()));
        tracing::error!(file, line, "panic");
    }));
    Ok(())
}

/// A new id for a request. One that the client sends is not taken: it would be its text in our logs.
#[must_use]
pub fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// What the events of one request stand in, so that each has its id.
#[must_use]
pub fn request_span(id: &str) -> tracing::Span {
    tracing::info_span!("request", id)
}

/// One event for a request that was answered. `route` is its pattern, `None` where there is none.
pub fn answered(method: &str, route: Option<&str>, status: u16, took: Duration) {
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let (method, route) = (known(method), route.unwrap_or("none"));
    tracing::info!(target: REQUESTS, method, route, status, ms, "answered");
}

/// A method by name; any other token is the client's text.
fn known(method: &str) -> &'static str {
    const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    METHODS.into_iter().find(|name| *name == method).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_is_none_is_not_quoted() {
        assert_eq!((known("PATCH"), known("CANARY")), ("PATCH", "other"));
    }

    #[test]
    fn ids_differ() {
        assert_ne!(request_id(), request_id());
    }
}
