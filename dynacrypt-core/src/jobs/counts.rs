//! What a job counts, and its summary. It never holds a key or a value of an item.

use std::collections::BTreeMap;
use std::fmt;

use crate::error::{Error, ErrorKind};

/// Why an item was left as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FailureReason {
    /// It did not authenticate, sealed or in the old form (`is_decrypt`).
    Decrypt,
    /// It is not sealed, and no old form of it is read (`is_not_sealed`).
    NotSealed,
    /// A field is not in the old form that it was to be read in (`is_not_legacy`).
    NotLegacy,
    /// It opened, and does not have the record's shape; or it holds a sealed attribute that the record
    /// does not know (`is_invalid_item`).
    InvalidItem,
    /// Its record cannot be stored (`is_invalid_record`).
    InvalidRecord,
    /// Sealed, it would be over 400 KB (`is_item_too_large`).
    TooLarge,
    /// It was changed by others each time between reading and writing (`is_conflict`).
    Conflict,
    /// The wrapping key of its old form is disabled, denied or gone.
    Key,
    /// DynamoDB refused this write.
    Refused,
}

impl FailureReason {
    const ALL: [Self; 9] = [
        Self::Decrypt,
        Self::NotSealed,
        Self::NotLegacy,
        Self::InvalidItem,
        Self::InvalidRecord,
        Self::TooLarge,
        Self::Conflict,
        Self::Key,
        Self::Refused,
    ];

    /// A short name, as it stands in events and checkpoints: `decrypt`, `not_sealed`, …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decrypt => "decrypt",
            Self::NotSealed => "not_sealed",
            Self::NotLegacy => "not_legacy",
            Self::InvalidItem => "invalid_item",
            Self::InvalidRecord => "invalid_record",
            Self::TooLarge => "too_large",
            Self::Conflict => "conflict",
            Self::Key => "key",
            Self::Refused => "refused",
        }
    }

    pub(super) fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Decrypt => Self::Decrypt,
            ErrorKind::NotSealed => Self::NotSealed,
            ErrorKind::NotLegacy => Self::NotLegacy,
            ErrorKind::InvalidItem => Self::InvalidItem,
            ErrorKind::InvalidRecord => Self::InvalidRecord,
            ErrorKind::ItemTooLarge => Self::TooLarge,
            ErrorKind::Conflict | ErrorKind::VersionConflict | ErrorKind::TransactionConflict => {
                Self::Conflict
            }
            ErrorKind::KeyAccessDenied
            | ErrorKind::KeyDisabled
            | ErrorKind::KeyNotFound
            | ErrorKind::InvalidKey => Self::Key,
            _ => Self::Refused,
        }
    }
}

impl fmt::Display for FailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many items a job has looked at, and what became of them:
/// `scanned = sealed + settled + other_records + gone + failed`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub(super) scanned: u64,
    pub(super) sealed: u64,
    pub(super) settled: u64,
    pub(super) other_records: u64,
    pub(super) gone: u64,
    failures: BTreeMap<FailureReason, u64>,
}

impl Counts {
    /// Items that were looked at.
    #[must_use]
    pub fn scanned(&self) -> u64 {
        self.scanned
    }

    /// Items that were sealed; in a dry run, that would have been.
    #[must_use]
    pub fn sealed(&self) -> u64 {
        self.sealed
    }

    /// Items of which nothing was left to do.
    #[must_use]
    pub fn settled(&self) -> u64 {
        self.settled
    }

    /// Items of other record types, which were left alone.
    #[must_use]
    pub fn other_records(&self) -> u64 {
        self.other_records
    }

    /// Items that were deleted between reading and writing.
    #[must_use]
    pub fn gone(&self) -> u64 {
        self.gone
    }

    /// Items that were left as they were because something is wrong with them.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    /// The same by reason, of those that occurred.
    pub fn failures(&self) -> impl Iterator<Item = (FailureReason, u64)> {
        self.failures.iter().map(|(reason, count)| (*reason, *count))
    }

    pub(super) fn fail(&mut self, reason: FailureReason) {
        *self.failures.entry(reason).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.scanned += other.scanned;
        self.sealed += other.sealed;
        self.settled += other.settled;
        self.other_records += other.other_records;
        self.gone += other.gone;
        for (reason, count) in &other.failures {
            *self.failures.entry(*reason).or_default() += count;
        }
    }

    /// By name, as a checkpoint has them.
    pub(super) fn named(&self) -> Vec<(String, u64)> {
        let own = [
            ("scanned", self.scanned),
            ("sealed", self.sealed),
            ("settled", self.settled),
            ("other_records", self.other_records),
            ("gone", self.gone),
        ];
        let own = own.into_iter().map(|(name, count)| (name.to_owned(), count));
        let failed = self.failures.iter();
        own.chain(failed.map(|(reason, count)| (format!("failed_{reason}"), *count))).collect()
    }

    /// From a checkpoint. What a newer release counts besides is left out.
    pub(super) fn from_named(named: &[(String, u64)]) -> Self {
        let mut counts = Self::default();
        for (name, count) in named {
            match name.as_str() {
                "scanned" => counts.scanned = *count,
                "sealed" => counts.sealed = *count,
                "settled" => counts.settled = *count,
                "other_records" => counts.other_records = *count,
                "gone" => counts.gone = *count,
                name => {
                    let reason = name.strip_prefix("failed_").and_then(|name| {
                        FailureReason::ALL.into_iter().find(|reason| reason.name() == name)
                    });
                    if let Some(reason) = reason {
                        counts.failures.insert(reason, *count);
                    }
                }
            }
        }
        counts
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scanned, sealed, settled, other_records, gone, .. } = self;
        write!(
            f,
            "{scanned} scanned: {sealed} sealed, {settled} settled before, {other_records} of other \
             records, {gone} gone, {} failed",
            self.failed()
        )?;
        for (at, (reason, count)) in self.failures().enumerate() {
            write!(f, "{}{count} {reason}", if at == 0 { " (" } else { ", " })?;
        }
        if self.failures.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

/// What a migration came to. It holds counts, and no key or value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationSummary {
    pub(super) counts: Counts,
    pub(super) dry_run: bool,
    pub(super) resumed: bool,
    pub(super) was_finished: bool,
}

impl MigrationSummary {
    /// The counts, those from before a resumption included.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Whether every item of the record type is sealed: none failed. Of a dry run: whether every item
    /// could be.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.counts.failed() == 0
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// Whether it went on from a checkpoint.
    #[must_use]
    pub fn was_resumed(&self) -> bool {
        self.resumed
    }

    /// Whether the job had been finished before: the counts are those of then, and nothing was read.
    #[must_use]
    pub fn was_finished(&self) -> bool {
        self.was_finished
    }
}

impl fmt::Display for MigrationSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dry_run {
            f.write_str("dry run: ")?;
        }
        if self.was_finished {
            f.write_str("finished before: ")?;
        } else if self.resumed {
            f.write_str("resumed: ")?;
        }
        self.counts.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_come_back_from_a_checkpoint() {
        let mut counts = Counts {
            scanned: 15,
            sealed: 1,
            settled: 2,
            other_records: 1,
            gone: 1,
            ..Counts::default()
        };
        for (at, reason) in FailureReason::ALL.into_iter().enumerate() {
            (0..=at % 2).for_each(|_| counts.fail(reason));
        }
        let mut named = counts.named();
        named.push(("failed_something_new".to_owned(), 7));
        assert_eq!(Counts::from_named(&named), counts);
        let mut twice = counts.clone();
        twice.add(&counts);
        assert_eq!((twice.scanned(), twice.failed()), (30, 2 * counts.failed()));
    }

    #[test]
    fn a_summary_is_one_line_of_counts() {
        let mut counts = Counts { scanned: 3, sealed: 1, ..Counts::default() };
        counts.fail(FailureReason::Decrypt);
        counts.fail(FailureReason::NotLegacy);
        let summary =
            MigrationSummary { counts, dry_run: true, resumed: false, was_finished: false };
        assert_eq!(
            summary.to_string(),
            "dry run: 3 scanned: 1 sealed, 0 settled before, 0 of other records, 0 gone, 2 failed \
             (1 decrypt, 1 not_legacy)"
        );
        assert!(!summary.is_clean());
    }
}
