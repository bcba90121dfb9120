//! Lines of files, plain or gzip, in constant memory whatever is in them. It never interprets one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use dynacrypt::audit::MAX_LINE_LEN;
use flate2::bufread::MultiGzDecoder;
use zeroize::Zeroizing;

const GZIP: [u8; 2] = [0x1F, 0x8B];
const BUFFER: usize = 64 * 1024;

/// The lines of a file or of standard input.
pub(super) struct Lines {
    reader: Box<dyn BufRead>,
    /// Of one size from the beginning: growing would leave copies of what it held behind.
    line: Zeroizing<Vec<u8>>,
}

/// What a line is.
pub(super) enum Line<'l> {
    Text(&'l [u8]),
    /// More than [`MAX_LINE_LEN`] bytes, which were passed over.
    TooLong,
}

impl Lines {
    /// A file, or standard input for `-`. What it is, its first bytes tell.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut reader: Box<dyn Read> = if path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path)?)
        };
        let mut head = Vec::with_capacity(GZIP.len());
        reader.by_ref().take(2).read_to_end(&mut head)?;
        let is_gzip = head == GZIP;
        let whole = BufReader::with_capacity(BUFFER, Cursor::new(head).chain(reader));
        let reader: Box<dyn BufRead> = if is_gzip {
            // An export's files can be several streams, one after the other.
            Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(whole)))
        } else {
            Box::new(whole)
        };
        Ok(Self { reader, line: Zeroizing::new(Vec::with_capacity(MAX_LINE_LEN)) })
    }

    /// The next line, without its end; `None` after the last.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let (mut fits, mut any) = (true, false);
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let piece = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            fits &= self.line.len() + piece.len() <= MAX_LINE_LEN;
            if fits {
                self.line.extend_from_slice(piece);
            }
            let used = piece.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        Ok(any.then_some(if fits { Line::Text(self.line.trim_ascii()) } else { Line::TooLong }))
    }
}
