//! Logs: texts of many lines, whole or in pieces. It never holds more than a bounded amount back,
//! and never lets through what it could not look at whole.

use std::fmt;
use std::sync::Arc;

use super::{Redactor, Shape};

/// A line that is longer than this is withheld, in bytes.
const MAX_LINE_LEN: usize = 1 << 20;
/// Lines that are held back together, as a private key's are, and are longer than this are withheld.
const MAX_HELD_LEN: usize = 1 << 16;
/// What stands in the place of either.
const WITHHELD: &str = "[REDACTED: a line of more than 1 MiB, or a key of more than 64 KiB]\n";

/// Masks the lines of a log.
pub(super) fn mask(redactor: &Redactor, log: &str) -> String {
    let mut out = String::with_capacity(log.len());
    // Lines that are no JSON go together: a private key has several.
    let mut texts = String::new();
    for line in log.split_inclusive('\n') {
        if line.trim_start().starts_with('{') {
            out.push_str(&redactor.text(&texts));
            texts.clear();
            out.push_str(&redactor.json(line));
        } else {
            texts.push_str(line);
        }
    }
    out.push_str(&redactor.text(&texts));
    out
}

/// Masks a log that comes in pieces, wherever they are cut.
///
/// It gives whole lines. A private key is held back until it ends, and so is what may be the
/// beginning of a canary of several lines. A line of more than 1 MiB and a key of more than 64 KiB
/// are withheld, and said to be.
///
/// # Examples
/// ```
/// use dynacrypt_core::redact::{LineRedactor, Redactor};
///
/// let mut log = LineRedactor::new(Redactor::new().names(["ssn"]));
/// assert_eq!(log.push(b"ssn=078-0"), "");
/// assert_eq!(log.push(b"5-1120\nnext"), "ssn=[REDACTED]\n");
/// assert_eq!(log.finish(), "next");
/// ```
pub struct LineRedactor {
    redactor: Arc<Redactor>,
    held: Vec<u8>,
    /// Inside a line that is too long: until its end, nothing is kept.
    skipping: bool,
}

impl LineRedactor {
    /// Nothing held back yet.
    #[must_use]
    pub fn new(redactor: impl Into<Arc<Redactor>>) -> Self {
        Self { redactor: redactor.into(), held: Vec::new(), skipping: false }
    }

    /// Takes a piece, and gives what can be given now.
    #[must_use = "what is given is not given again"]
    pub fn push(&mut self, piece: &[u8]) -> String {
        let mut out = String::new();
        let mut rest = piece;
        while self.skipping && !rest.is_empty() {
            match rest.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    self.skipping = false;
                    rest = rest.get(end + 1..).unwrap_or_default();
                }
                None => return out,
            }
        }
        let searched = self.held.len();
        self.held.extend_from_slice(rest);
        let new_line = self.held.iter().skip(searched).any(|byte| *byte == b'\n');
        if new_line {
            let end = self.complete();
            if end > 0 {
                let given: Vec<u8> = self.held.drain(..end).collect();
                out.push_str(&self.redactor.log(&String::from_utf8_lossy(&given)));
            }
        }
        let limit = if self.held.contains(&b'\n') { MAX_HELD_LEN } else { MAX_LINE_LEN };
        if self.held.len() > limit {
            self.skipping = self.held.last() != Some(&b'\n');
            self.held = Vec::new();
            out.push_str(WITHHELD);
        }
        out
    }

    /// Gives what is left, when nothing follows.
    #[must_use = "what is given is not given again"]
    pub fn finish(&mut self) -> String {
        let rest = std::mem::take(&mut self.held);
        self.skipping = false;
        self.redactor.log(&String::from_utf8_lossy(&rest))
    }

    /// How much of what is held back is whole lines that nothing can be added to.
    fn complete(&self) -> usize {
        let over = self.redactor.detector.over_lines().saturating_sub(1);
        let settled = self.held.len().saturating_sub(over);
        let line_end = |until: usize| {
            let lines = self.held.get(..until).unwrap_or_default();
            lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
        };
        let mut end = line_end(settled);
        // Not in the middle of a secret, nor after the beginning of a key.
        for hit in self.redactor.detector.find_over_lines(&self.held).iter().rev() {
            let open = hit.shape() == Shape::PrivateKey && hit.end() == self.held.len();
            if hit.start() < end && (hit.end() > end || open) {
                end = line_end(hit.start());
            }
        }
        end
    }
}

impl fmt::Debug for LineRedactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineRedactor").field("held", &self.held.len()).finish_non_exhaustive()
    }
}
