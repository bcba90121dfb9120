//! An opened change, and what stands in its place where one did not open. It never shows a value of
//! the record's.

use std::fmt;
use std::time::SystemTime;

use crate::error::Error;
use crate::record::{Key, Record};

/// What happened to one item, with its images opened.
///
/// # Security
/// Secrets stay in their [`Secret`](crate::secret::Secret)s. `Debug` shows nothing of key and
/// images.
pub struct Change<R> {
    pub(super) key: Key<R>,
    pub(super) kind: ChangeKind<R>,
    pub(super) sequence_number: String,
    pub(super) event_id: Option<String>,
    pub(super) created: Option<SystemTime>,
}

/// What was done, and the images that the stream carries.
///
/// | the stream's view type | `old` | `new` |
/// |---|---|---|
/// | `NEW_AND_OLD_IMAGES` | there | there |
/// | `NEW_IMAGE` | `None` | there |
/// | `OLD_IMAGE` | there | `None` |
/// | `KEYS_ONLY` | `None` | `None` |
pub enum ChangeKind<R> {
    /// The item is new.
    Inserted {
        /// The item.
        new: Option<R>,
    },
    /// The item was changed, or replaced.
    Modified {
        /// The item as it was.
        old: Option<R>,
        /// The item as it is.
        new: Option<R>,
    },
    /// The item is gone.
    Removed {
        /// The item as it was.
        old: Option<R>,
        /// Whether DynamoDB deleted it because its time to live was over. In a global table only
        /// the region that deleted it says so; to the others it is a removal like any.
        expired: bool,
    },
}

impl<R> ChangeKind<R> {
    /// The item after the change, where there is one and the stream carries it.
    #[must_use]
    pub fn new_image(&self) -> Option<&R> {
        match self {
            Self::Inserted { new } | Self::Modified { new, .. } => new.as_ref(),
            Self::Removed { .. } => None,
        }
    }

    /// The item before the change, where there was one and the stream carries it.
    #[must_use]
    pub fn old_image(&self) -> Option<&R> {
        match self {
            Self::Modified { old, .. } | Self::Removed { old, .. } => old.as_ref(),
            Self::Inserted { .. } => None,
        }
    }
}

impl<R> Change<R> {
    /// The item's key, which every stream carries.
    #[must_use]
    pub fn key(&self) -> &Key<R> {
        &self.key
    }

    /// What was done, with the images.
    #[must_use]
    pub fn kind(&self) -> &ChangeKind<R> {
        &self.kind
    }

    /// What was done, with the images.
    #[must_use]
    pub fn into_kind(self) -> ChangeKind<R> {
        self.kind
    }

    /// The item after the change, where there is one and the stream carries it.
    #[must_use]
    pub fn new_image(&self) -> Option<&R> {
        self.kind.new_image()
    }

    /// The item before the change, where there was one and the stream carries it.
    #[must_use]
    pub fn old_image(&self) -> Option<&R> {
        self.kind.old_image()
    }

    /// The number that names the record in its shard, and the failed record to Lambda. The changes
    /// of one item have ascending ones.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        &self.sequence_number
    }

    /// The id of the event, unique in the stream. Good for noticing what comes twice.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.event_id.as_deref()
    }

    /// About when the change was made, to the second at best.
    #[must_use]
    pub fn approximate_creation(&self) -> Option<SystemTime> {
        self.created
    }
}

impl<R: Record> fmt::Debug for ChangeKind<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, expired) = match self {
            Self::Inserted { .. } => ("Inserted", None),
            Self::Modified { .. } => ("Modified", None),
            Self::Removed { expired, .. } => ("Removed", Some(*expired)),
        };
        let mut out = f.debug_struct(name);
        out.field("record", &R::SCHEMA.record());
        out.field("old", &self.old_image().is_some()).field("new", &self.new_image().is_some());
        if let Some(expired) = expired {
            out.field("expired", &expired);
        }
        out.finish()
    }
}

impl<R: Record> fmt::Debug for Change<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("kind", &self.kind)
            .field("key", &self.key)
            .field("sequence_number", &self.sequence_number)
            .field("created", &self.created)
            .finish_non_exhaustive()
    }
}

/// A stream record that did not become a [`Change`]. The others of its batch are not touched by it.
///
/// # Security
/// It says which record of the stream, never which item, nor what was in it.
#[derive(Debug, Clone)]
pub struct ChangeFailure {
    pub(super) sequence_number: String,
    pub(super) error: Error,
}

impl ChangeFailure {
    /// The record's sequence number: what Lambda calls the batch item identifier. Empty where the
    /// record has none; reported to Lambda, that has the whole batch retried.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        &self.sequence_number
    }

    /// Why: `is_invalid_change` and `is_other_record` before anything was opened, else as
    /// [`Sealer::open`](crate::seal::Sealer::open).
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The error alone.
    #[must_use]
    pub fn into_error(self) -> Error {
        self.error
    }

    /// Whether the item is of another record type: try the next.
    ///
    /// Told by the key (names, types, templates) and by the `entity` attribute of the images. Types
    /// that have neither of their own are not told apart: an item of another fails as `is_decrypt`
    /// or `is_invalid_item`, and a change of a `KEYS_ONLY` stream opens as either.
    #[must_use]
    pub fn is_other_record(&self) -> bool {
        self.error.is_other_record()
    }

    /// Whether the same record may open later: the key provider was throttled or unavailable.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.error.is_retryable()
    }
}

impl fmt::Display for ChangeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sequence_number.as_str() {
            "" => f.write_str("stream record without a number could not be opened"),
            number => write!(f, "stream record {number} could not be opened"),
        }
    }
}

impl std::error::Error for ChangeFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
