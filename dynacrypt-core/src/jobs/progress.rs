//! How a job tells how far it is: events, a bar on a terminal, or a closure of yours. It never sees an
//! item.

#[cfg(feature = "progress")]
mod bar;

use std::fmt;
use std::sync::Arc;

use super::counts::Counts;
use crate::observe;

/// What a job tells on its way.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ProgressEvent<'a> {
    /// It begins.
    #[non_exhaustive]
    Begun {
        /// Physical name of the table.
        table: &'a str,
        /// In how many segments.
        segments: u32,
        /// About how many items the table has, of all record types: DynamoDB counts every six hours.
        estimate: Option<u64>,
        /// The counts from before a resumption.
        total: &'a Counts,
    },
    /// A page is finished, and in the checkpoint where there is one.
    #[non_exhaustive]
    Page {
        /// Physical name of the table.
        table: &'a str,
        /// Number of the segment, from 0.
        segment: u32,
        /// Of the segment so far.
        counts: &'a Counts,
        /// Of all segments so far.
        total: &'a Counts,
        /// Whether it was the segment's last page.
        done: bool,
    },
    /// It ends.
    #[non_exhaustive]
    Ended {
        /// Physical name of the table.
        table: &'a str,
        /// Whether it got to the end of the table.
        complete: bool,
        /// Of all segments.
        total: &'a Counts,
    },
}

/// Where a job tells how far it is.
///
/// # Examples
/// ```
/// use dynacrypt_core::jobs::{Progress, ProgressEvent};
///
/// let progress = Progress::to(|event| {
///     if let ProgressEvent::Page { total, .. } = event {
///         // a gauge of your metrics
///         let _ = total.scanned();
///     }
/// });
/// # let _ = progress;
/// ```
#[derive(Clone)]
pub struct Progress(Arc<Tell>);

type Tell = dyn Fn(ProgressEvent<'_>) + Send + Sync;

impl Progress {
    /// A bar where stderr is a terminal and the feature `progress` is on; otherwise
    /// [`events`](Self::events).
    #[must_use]
    pub fn auto() -> Self {
        #[cfg(feature = "progress")]
        if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
            return Self::bar();
        }
        Self::events()
    }

    /// `tracing` events at [`observe::JOBS`]: begun, a page, ended. The default.
    #[must_use]
    pub fn events() -> Self {
        Self::to(emit)
    }

    /// A bar on stderr, whether or not that is a terminal: where it is not, nothing is shown.
    #[cfg(feature = "progress")]
    #[must_use]
    pub fn bar() -> Self {
        Self::to(bar::on(indicatif::ProgressDrawTarget::stderr()))
    }

    /// A closure. It is called between requests: it must not block.
    #[must_use]
    pub fn to(tell: impl Fn(ProgressEvent<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(super) fn tell(&self, event: ProgressEvent<'_>) {
        (self.0)(event);
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::events()
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress(..)")
    }
}

fn emit(event: ProgressEvent<'_>) {
    match event {
        ProgressEvent::Begun { table, segments, estimate, total } => {
            let scanned = total.scanned();
            tracing::info!(target: observe::JOBS, table, segments, estimate, scanned, "job begun");
        }
        ProgressEvent::Page { table, segment, counts, total, done } => {
            let (scanned, sealed, failed) = (counts.scanned(), counts.sealed(), counts.failed());
            let total = total.scanned();
            tracing::info!(target: observe::JOBS, table, segment, scanned, sealed, failed, total, done, "page");
        }
        ProgressEvent::Ended { table, complete, total } => {
            tracing::info!(target: observe::JOBS, table, complete, counts = %total, "job ended");
        }
    }
}
