//! Names of the events this crate emits through `tracing`. It never sees a value, a key or an item.

/// Target of audit events: each use of a service principal, and each secret that was
/// [revealed](crate::reveal::Revealed).
///
/// Fields: `principal` (service name), `reason`, `operation`, `table` (logical name; of a stream,
/// which may carry several record types, the physical one); for a batch `items`, how many; of what was
/// revealed `field`, and `kind`, which says `owner` where there is no service. Never a key value.
pub const AUDIT: &str = "dynacrypt::audit";

/// Target of key events: a data key generated or unwrapped, with the table; never key bytes.
pub const KEYS: &str = "dynacrypt::keys";

/// Target of refusals: an item that did not open, with the table; never which item, nor why.
pub const REFUSED: &str = "dynacrypt::refused";

/// Target of fields that were read in the form that they had before they were sealed, with table,
/// attribute and format; and of items without a header that held none. Never which item.
pub const LEGACY: &str = "dynacrypt::legacy";

/// Target of the events of jobs: begun, a page finished, ended, with the table, the segment and counts;
/// never which item.
pub const JOBS: &str = "dynacrypt::jobs";

/// Target of the egress guard's events: a response that was withheld, masked or passed unread, with
/// the shape that was found and its place; never what was found.
pub const EGRESS: &str = "dynacrypt::egress";
