//! Where encoded bytes go: into a count, or into reserved capacity. It never lets a buffer of
//! plaintext grow.

use std::convert::Infallible;
use std::fmt;

use minicbor::encode::Write;
use zeroize::Zeroizing;

/// Where encoded bytes go.
pub(super) trait Sink: Write {
    /// Whether this pass only counts.
    const COUNTS: bool;
    /// Bytes so far.
    fn position(&self) -> usize;
    /// Counts bytes that are not written through the encoder.
    fn skip(&mut self, len: usize);
    /// Puts a map's entries in the order of their keys' bytes; `None` where two keys are equal,
    /// which no reader takes back.
    fn sort(&mut self, entries: &[Entry]) -> Option<()>;
}

/// A map entry's key and end.
pub(super) struct Entry {
    pub(super) start: usize,
    pub(super) key_end: usize,
    pub(super) end: usize,
}

/// Counts the bytes and drops them.
pub(super) struct Count(pub(super) usize);

impl Write for Count {
    type Error = Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.0 += bytes.len();
        Ok(())
    }
}

impl Sink for Count {
    const COUNTS: bool = true;

    fn position(&self) -> usize {
        self.0
    }

    fn skip(&mut self, len: usize) {
        self.0 += len;
    }

    fn sort(&mut self, _: &[Entry]) -> Option<()> {
        Some(())
    }
}

/// Fills reserved capacity and refuses to go past it: growing would leave a copy behind.
pub(super) struct Fill<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) end: usize,
}

#[derive(Debug)]
pub(super) struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("full")
    }
}

impl std::error::Error for Full {}

impl Write for Fill<'_> {
    type Error = Full;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Full> {
        if self.out.len() + bytes.len() > self.end {
            return Err(Full);
        }
        self.out.extend_from_slice(bytes);
        Ok(())
    }
}

impl Sink for Fill<'_> {
    const COUNTS: bool = false;

    fn position(&self) -> usize {
        self.out.len()
    }

    fn skip(&mut self, _: usize) {}

    fn sort(&mut self, entries: &[Entry]) -> Option<()> {
        let key = |entry: &Entry| self.out.get(entry.start..entry.key_end);
        let mut order: Vec<&Entry> = entries.iter().collect();
        order.sort_by_key(|entry| key(entry));
        if order.iter().zip(order.iter().skip(1)).any(|(a, b)| key(a) == key(b)) {
            return None;
        }
        if entries.is_sorted_by_key(key) {
            return Some(());
        }
        let start = entries.first()?.start;
        // One copy of this map, wiped.
        let mut sorted = Zeroizing::new(Vec::with_capacity(self.out.len() - start));
        for entry in order {
            sorted.extend_from_slice(self.out.get(entry.start..entry.end)?);
        }
        self.out.truncate(start);
        self.out.extend_from_slice(&sorted);
        Some(())
    }
}
