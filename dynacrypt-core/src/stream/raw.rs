//! A stream record, whatever brought it: with ciphertext in its images, and not yet believed. It
//! never opens anything, and its `Debug` shows no attribute's value.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::{Error, ErrorKind, Result};
use crate::record::Attributes;

/// What was done to the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Insert,
    Modify,
    Remove,
}

/// Which images the stream carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct View {
    pub(super) old: bool,
    pub(super) new: bool,
}

/// One stream record as it came: from AWS Lambda, or from the DynamoDB Streams API.
///
/// Making one checks nothing. [`ChangeReader::batch`](super::ChangeReader::batch) takes them, and
/// what cannot be a change of the reader's table fails there, each record on its own.
///
/// # Security
/// It holds what the item has in the clear, and ciphertext. `Debug` shows attribute names alone.
#[derive(Clone, Default)]
pub struct RawChange {
    pub(super) operation: Option<Operation>,
    pub(super) event_source: Option<String>,
    pub(super) source_arn: Option<String>,
    pub(super) event_id: Option<String>,
    pub(super) sequence_number: Option<String>,
    pub(super) created: Option<SystemTime>,
    /// Deleted by DynamoDB itself, as its time to live was over.
    pub(super) expired: bool,
    pub(super) view: Option<View>,
    pub(super) keys: Attributes,
    pub(super) old: Option<Attributes>,
    pub(super) new: Option<Attributes>,
    /// Something in it is newer than this version of the SDK.
    pub(super) unknown: bool,
}

impl RawChange {
    /// The sequence number, which names the record in its shard; empty where there is none that can
    /// be one.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        self.sequence_number.as_deref().filter(|number| is_sequence_number(number)).unwrap_or("")
    }

    /// Compares the record with what its stream must be, and with itself.
    pub(super) fn check(&self, table: &str, stream_arn: Option<&str>) -> Result<Operation> {
        let refused = |reason| Err(Error::new(ErrorKind::InvalidChange).with_reason(reason));
        if self.event_source.as_deref() != Some("aws:dynamodb") {
            return refused("the event source is not DynamoDB");
        }
        let Some(arn) = self.source_arn.as_deref() else {
            return refused("the stream is not named");
        };
        if table_of_stream(arn) != Some(table) || stream_arn.is_some_and(|stream| stream != arn) {
            return refused("it is of another stream");
        }
        let Some(operation) = self.operation else {
            return refused("the event name is none of DynamoDB's");
        };
        if self.sequence_number().is_empty() {
            return refused("the sequence number is missing");
        }
        if self.unknown {
            return refused("it holds an attribute type that this version does not know");
        }
        if self.keys.is_empty() {
            return refused("the keys are missing");
        }
        // Some operations have one image alone, whatever the stream carries.
        let may = View { old: operation != Operation::Insert, new: operation != Operation::Remove };
        let (old, new) = (self.old.is_some(), self.new.is_some());
        if (old && !may.old) || (new && !may.new) {
            return refused("it holds an image that its operation does not have");
        }
        if let Some(view) = self.view {
            if (old && !view.old) || (new && !view.new) {
                return refused("it holds an image that its stream does not carry");
            }
            if (!old && may.old && view.old) || (!new && may.new && view.new) {
                return refused("an image is missing that its stream carries");
            }
        }
        Ok(operation)
    }
}

/// AWS's have 21 to 40 digits, emulators' other lengths. What is none would be repeated in logs.
fn is_sequence_number(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// The table in `arn:partition:dynamodb:region:account:table/NAME/stream/label`.
fn table_of_stream(arn: &str) -> Option<&str> {
    // The label is a time, with colons in it.
    let mut parts = arn.splitn(6, ':');
    let is_dynamodb = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| !partition.is_empty())
        && parts.next() == Some("dynamodb");
    // Region and account are compared where the reader knows the whole ARN.
    let resource = parts.nth(2).filter(|_| is_dynamodb)?;
    let mut parts = resource.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("table"), Some(table), Some("stream"), Some(label), None) if !label.is_empty() => {
            Some(table)
        }
        _ => None,
    }
}

/// A time of the stream's; `None` for the epoch, which stands for no time at all.
pub(super) fn time_of(seconds: i64, nanoseconds: u32) -> Option<SystemTime> {
    let seconds = u64::try_from(seconds).ok()?;
    // Beyond a second's worth they are a leap second, or nonsense.
    let since = Duration::new(seconds, nanoseconds.min(999_999_999));
    UNIX_EPOCH.checked_add(since).filter(|_| !since.is_zero())
}

/// Who deletes items whose time to live is over.
pub(super) fn is_time_to_live(identity_type: &str, principal_id: &str) -> bool {
    identity_type == "Service" && principal_id == "dynamodb.amazonaws.com"
}

impl fmt::Debug for RawChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |item: &Attributes| {
            let mut names: Vec<String> = item.keys().cloned().collect();
            names.sort_unstable();
            names
        };
        f.debug_struct("RawChange")
            .field("operation", &self.operation)
            .field("sequence_number", &self.sequence_number())
            .field("keys", &names(&self.keys))
            .field("old", &self.old.as_ref().map(names))
            .field("new", &self.new.as_ref().map(names))
            .finish_non_exhaustive()
    }
}
