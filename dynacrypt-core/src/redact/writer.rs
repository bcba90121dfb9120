//! What `tracing-subscriber` writes its lines through: each event is masked whole, then written. It
//! never formats events.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

use super::{LineRedactor, Redactor};

/// Masks what a `tracing-subscriber` layer writes, in its text and JSON formats.
///
/// # Examples
/// ```
/// use dynacrypt_core::redact::{Redactor, RedactingWriter};
///
/// let redactor = Redactor::new().names(["ssn"]);
/// let subscriber = tracing_subscriber::fmt()
///     .with_ansi(false)
///     .with_writer(RedactingWriter::new(redactor, std::io::stderr))
///     .finish();
/// tracing::subscriber::with_default(subscriber, || tracing::info!(ssn = "078-05-1120", "signed up"));
/// ```
///
/// # Security
/// With ANSI colours on, escape codes stand between names and values: masking by shape works, by
/// name it may not. Turn them off where the log is not a terminal.
#[derive(Clone)]
pub struct RedactingWriter<M> {
    redactor: Arc<Redactor>,
    inner: M,
}

impl<M> RedactingWriter<M> {
    /// Writes to what `inner` makes, masked.
    #[must_use]
    pub fn new(redactor: impl Into<Arc<Redactor>>, inner: M) -> Self {
        Self { redactor: redactor.into(), inner }
    }
}

impl<'w, M: MakeWriter<'w>> MakeWriter<'w> for RedactingWriter<M> {
    type Writer = MaskedWrite<M::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        MaskedWrite::new(Arc::clone(&self.redactor), self.inner.make_writer())
    }

    fn make_writer_for(&'w self, metadata: &Metadata<'_>) -> Self::Writer {
        MaskedWrite::new(Arc::clone(&self.redactor), self.inner.make_writer_for(metadata))
    }
}

impl<M> fmt::Debug for RedactingWriter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactingWriter").finish_non_exhaustive()
    }
}

/// A writer that masks whole lines, and the rest when it is dropped.
pub struct MaskedWrite<W: Write> {
    lines: LineRedactor,
    inner: W,
}

impl<W: Write> MaskedWrite<W> {
    /// Writes to `inner`, masked.
    #[must_use]
    pub fn new(redactor: impl Into<Arc<Redactor>>, inner: W) -> Self {
        Self { lines: LineRedactor::new(redactor), inner }
    }

    fn give(&mut self, masked: &str) -> io::Result<()> {
        if masked.is_empty() { Ok(()) } else { self.inner.write_all(masked.as_bytes()) }
    }
}

impl<W: Write> Write for MaskedWrite<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let masked = self.lines.push(piece);
        self.give(&masked)?;
        Ok(piece.len())
    }

    /// Flushes the lines that were written; what is held back stays, since it may be half a secret.
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: Write> Drop for MaskedWrite<W> {
    fn drop(&mut self) {
        let rest = self.lines.finish();
        // There is nobody to tell.
        let _ = self.give(&rest).and_then(|()| self.inner.flush());
    }
}

impl<W: Write> fmt::Debug for MaskedWrite<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskedWrite").field("lines", &self.lines).finish_non_exhaustive()
    }
}
