//! Captures every `tracing` event and span, of every target and level, as text to search. It never
//! prints one and never filters.

use std::fmt::{self, Write};
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tracing::field::{Field, Visit};
use tracing::instrument::{WithDispatch, WithSubscriber};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, Interest};
use tracing::{Dispatch, Event, Metadata, Subscriber};

use super::leaks::assert_absent;
use crate::error::{Error, ErrorKind, Result};

/// Everything that is logged through `tracing`, at any level: by this crate, the AWS clients, the
/// HTTP stack and the rest.
///
/// Each event, and each span when it starts or gets fields, is a line of level, target, name and
/// every field; texts stand there unescaped. Events of the `log` crate are not among them. Clones
/// capture into the same text.
///
/// Which code is heard:
///
/// | | hears |
/// |---|---|
/// | [`on_this_thread`](Self::on_this_thread) | this thread, until the guard goes: enough for a `#[tokio::test]` |
/// | [`follow`](Self::follow) | one future, wherever it is polled, but not the tasks that it spawns |
/// | [`global`](Self::global) | the process, for good, but for what has another subscriber |
///
/// The server of an [`EmbeddedDynamo`](super::EmbeddedDynamo) is never heard: it logs requests,
/// which are no log of the code under test.
///
/// # Examples
/// ```
/// use dynacrypt_core::testing::CapturedLogs;
///
/// let logs = CapturedLogs::new();
/// let guard = logs.on_this_thread();
/// tracing::trace!(table = "profiles", "sealed");
/// drop(guard);
/// assert!(logs.text().contains("profiles"));
/// logs.assert_absent(["078-05-1120"]);
/// ```
#[derive(Clone, Default)]
pub struct CapturedLogs(Arc<Capture>);

#[derive(Default)]
struct Capture {
    text: Mutex<String>,
    spans: AtomicU64,
}

impl CapturedLogs {
    /// Nothing captured yet, and nothing heard yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Hears this thread until the guard is dropped.
    #[must_use = "dropping the guard ends the capture"]
    pub fn on_this_thread(&self) -> CaptureGuard {
        CaptureGuard { _guard: tracing::subscriber::set_default(self.listener()) }
    }

    /// Hears one future, wherever it is polled.
    ///
    /// # Examples
    /// ```
    /// use dynacrypt_core::testing::CapturedLogs;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let logs = CapturedLogs::new();
    /// logs.follow(async { tracing::info!("followed") }).await;
    /// assert!(logs.text().contains("followed"));
    /// # }
    /// ```
    pub fn follow<F: Future>(&self, future: F) -> WithDispatch<F> {
        future.with_subscriber(Dispatch::new(self.listener()))
    }

    /// Hears the whole process from the first call on. Each call gives the same capture, for any
    /// number of tests of a binary.
    ///
    /// # Errors
    /// `is_conflict` where the process has another global subscriber.
    pub fn global() -> Result<Self> {
        static GLOBAL: OnceLock<Option<CapturedLogs>> = OnceLock::new();
        let global = GLOBAL.get_or_init(|| {
            let logs = Self::new();
            tracing::subscriber::set_global_default(logs.listener()).ok().map(|()| logs)
        });
        global.clone().ok_or_else(|| {
            Error::new(ErrorKind::Conflict).with_reason("the process has another global subscriber")
        })
    }

    /// What was captured so far.
    ///
    /// # Security
    /// It shows whatever was logged, by whichever crate.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.text().clone()
    }

    /// Forgets what was captured so far.
    pub fn clear(&self) {
        self.0.text().clear();
    }

    /// Panics if a canary was logged, in any of the forms of
    /// [`assert_no_plaintext!`](crate::assert_no_plaintext).
    ///
    /// # Panics
    /// As [`assert_absent`]: also where nothing was logged, because that proves nothing.
    #[track_caller]
    pub fn assert_absent<C: AsRef<[u8]>>(&self, canaries: impl IntoIterator<Item = C>) {
        assert_absent(self.text(), canaries);
    }

    fn listener(&self) -> Listener {
        Listener(Arc::clone(&self.0))
    }
}

impl fmt::Debug for CapturedLogs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapturedLogs").field("bytes", &self.0.text().len()).finish_non_exhaustive()
    }
}

/// Keeps [`CapturedLogs::on_this_thread`] listening.
#[derive(Debug)]
pub struct CaptureGuard {
    _guard: DefaultGuard,
}

impl Capture {
    fn text(&self) -> MutexGuard<'_, String> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes one line. The fields are formatted before the lock is taken, because their `Debug`
    /// may log.
    fn line(&self, kind: &str, metadata: &Metadata<'_>, fields: &Fields) {
        let (level, target) = (metadata.level(), metadata.target());
        // Writing to a string does not fail.
        let _ = writeln!(self.text(), "{level} {target} {kind}:{}", fields.0);
    }
}

struct Listener(Arc<Capture>);

impl Subscriber for Listener {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::always()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        self.0.line(&format!("span {}", span.metadata().name()), span.metadata(), &fields);
        // Ids start at 1.
        Id::from_u64(self.0.spans.fetch_add(1, Ordering::Relaxed).saturating_add(1))
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        let _ = writeln!(self.0.text(), "TRACE record span {}{}", span.into_u64(), fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.0.line("event", event.metadata(), &fields);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {}={value}", field.name());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let _ = write!(self.0, " {}={value} {value:?}", field.name());
        let mut next = value.source();
        while let Some(source) = next {
            let _ = write!(self.0, " caused by {source}");
            next = source.source();
        }
    }
}

#[cfg(test)]
mod tests;
