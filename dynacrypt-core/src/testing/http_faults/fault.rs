//! What can happen to a request, and what is kept of it. It never shows a body in `Debug`.

use std::fmt;
use std::time::Duration;

/// What happens to a request instead of a plain answer.
///
/// The text of each service error repeats the request's body, because AWS's texts can: a log or an
/// error that shows it is found by [`assert_absent`](crate::testing::assert_absent).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpFault {
    /// `ProvisionedThroughputExceededException`: 400, the table's throughput is used up. The AWS
    /// client retries it.
    ThroughputExceeded,
    /// `ThrottlingException`: 400, too many requests. The AWS client retries it.
    Throttled,
    /// `InternalServerError`: 500. The AWS client retries it.
    ServerError,
    /// A service error with this status and code, such as 400 and `TransactionConflictException`.
    Refused {
        /// HTTP status, 400 to 599.
        status: u16,
        /// AWS's code, without its name space.
        code: String,
    },
    /// This answer, whatever the request.
    Reply {
        /// HTTP status, 100 to 999.
        status: u16,
        /// JSON text.
        body: String,
    },
    /// The server does not answer in time. Reported at once; the request is not sent.
    Timeout,
    /// Never answers, and reports nothing: what the client's own timeouts are for.
    Hang,
    /// The answer comes this much later, by tokio's clock.
    Delay(Duration),
    /// The connection breaks before the request arrives.
    Reset,
    /// The request arrives and is served; the connection breaks before its answer does. A write has
    /// happened.
    AnswerLost,
    /// Of a `BatchWriteItem` or `BatchGetItem`, only this many entries are served; the rest comes
    /// back as `UnprocessedItems` or `UnprocessedKeys`. The request that is sent on no longer has a
    /// valid signature: emulators do not mind, AWS does.
    Unprocessed {
        /// Entries served, of all tables of the batch together. 0 sends nothing.
        processed: usize,
    },
}

impl fmt::Debug for HttpFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ThroughputExceeded => f.write_str("ThroughputExceeded"),
            Self::Throttled => f.write_str("Throttled"),
            Self::ServerError => f.write_str("ServerError"),
            Self::Refused { status, code } => {
                f.debug_struct("Refused").field("status", status).field("code", code).finish()
            }
            Self::Reply { status, .. } => {
                f.debug_struct("Reply").field("status", status).finish_non_exhaustive()
            }
            Self::Timeout => f.write_str("Timeout"),
            Self::Hang => f.write_str("Hang"),
            Self::Delay(wait) => f.debug_tuple("Delay").field(wait).finish(),
            Self::Reset => f.write_str("Reset"),
            Self::AnswerLost => f.write_str("AnswerLost"),
            Self::Unprocessed { processed } => {
                f.debug_struct("Unprocessed").field("processed", processed).finish()
            }
        }
    }
}

/// A request as the AWS client sent it. Each attempt of its retries is one.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    pub(super) operation: String,
    pub(super) body: String,
}

impl RecordedRequest {
    /// The operation, such as `PutItem`.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The body, as JSON text. It shows whatever was sent.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("operation", &self.operation)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
