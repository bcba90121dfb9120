//! Where an item was met: enough to find it again. It holds nothing of the item but its key, and
//! that where it was asked for.

use std::fmt;
use std::sync::Arc;

/// Where something was met.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A line of an export, counted from 1.
    Export {
        /// Its file, as it was named.
        file: Arc<str>,
        /// The line.
        line: u64,
    },
    /// An item of a scan, counted from 1 in its page, as the page in its segment. Segments are
    /// counted from 0. Other scans need not meet it at the same place.
    Table {
        /// The physical name.
        table: Arc<str>,
        /// Number of the segment.
        segment: u32,
        /// Number of the page.
        page: u64,
        /// Number of the item.
        item: u64,
    },
    /// A record of a stream.
    Stream {
        /// Its ARN, or the file of the event.
        stream: Arc<str>,
        /// Its shard, where the Streams API gave it.
        shard: Option<Arc<str>>,
        /// The id of its event.
        event: Option<String>,
        /// Its sequence number.
        sequence: Option<String>,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Export { file, line } => write!(f, "{file}:{line}"),
            Self::Table { segment, page, item, .. } => {
                write!(f, "segment {segment}, page {page}, item {item}")
            }
            Self::Stream { stream, shard, event, sequence } => {
                let parts = [
                    ("shard ", shard.as_deref()),
                    ("event ", event.as_deref()),
                    ("sequence number ", sequence.as_deref()),
                ];
                let mut first = true;
                for (name, value) in parts {
                    if let Some(value) = value {
                        f.write_str(if first { "" } else { ", " })?;
                        write!(f, "{name}{value}")?;
                        first = false;
                    }
                }
                if first { f.write_str(stream) } else { Ok(()) }
            }
        }
    }
}

/// What of a record an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Image {
    /// The item of a table or of a full export.
    Item,
    /// The key alone.
    Keys,
    /// The item as it became.
    New,
    /// The item as it was.
    Old,
}

impl Image {
    /// Its name in an export, such as `NewImage`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Item => "Item",
            Self::Keys => "Keys",
            Self::New => "NewImage",
            Self::Old => "OldImage",
        }
    }
}

/// Where an item is in what was audited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub(super) place: Place,
    pub(super) image: Image,
    pub(super) key: Option<String>,
}

impl Location {
    pub(super) fn new(place: &Place, image: Image, key: Option<&str>) -> Self {
        Self { place: place.clone(), image, key: key.map(str::to_owned) }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if self.image != Image::Item {
            write!(f, " ({})", self.image.name())?;
        }
        match &self.key {
            Some(key) => write!(f, " [{key}]"),
            None => Ok(()),
        }
    }
}
