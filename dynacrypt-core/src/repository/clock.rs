//! What time it is, for timestamps and expiry: the system's clock, or one that a test gives. It never
//! decides what the time is used for.

use std::sync::Arc;
use std::time::SystemTime;

use crate::codec::Timestamp;
use crate::error::{Error, ErrorKind, Result};

/// A source of the time.
#[derive(Clone)]
pub(super) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    pub(super) fn system() -> Self {
        Self::new(SystemTime::now)
    }

    pub(super) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Milliseconds since 1970, UTC.
    pub(super) fn millis(&self) -> Result<i64> {
        (self.0)().to_unix_millis().ok_or_else(|| {
            Error::new(ErrorKind::InvalidRequest)
                .with_reason("the clock gives a time that cannot be stored")
        })
    }
}
