//! What was found in an item: rule, attribute, shape. It never holds the value that was found.

use std::collections::BTreeSet;
use std::fmt;

use super::rules::{Rule, Severity};
use crate::redact::Shape;

/// One thing that is wrong with an item.
///
/// # Security
/// It holds no value. Of the item it holds the name of a top-level attribute; names inside of maps
/// only where they are known as sensitive ones, unless
/// [`Auditor::show_keys`](super::Auditor::show_keys) was asked for: elsewhere they can be data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    pub(super) rule: Rule,
    pub(super) record: Option<String>,
    pub(super) path: String,
    pub(super) shape: Option<Shape>,
    pub(super) note: Option<&'static str>,
}

impl Finding {
    /// The rule that was broken.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }

    /// The record type whose schema fits the item, where one does.
    #[must_use]
    pub fn record(&self) -> Option<&str> {
        self.record.as_deref()
    }

    /// Where in the item: `card`, `cards[]` for any element of a list, `contact.ssn`, `contact.*`
    /// for a member whose name is not told; empty for the item as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the value looks like, where it looks like a secret.
    #[must_use]
    pub fn shape(&self) -> Option<Shape> {
        self.shape
    }

    /// What else there is to say, such as the DynamoDB type or the legacy format.
    #[must_use]
    pub fn note(&self) -> Option<&'static str> {
        self.note
    }

    /// Record and attribute, as people write them.
    pub(super) fn place(&self) -> String {
        match (self.record.as_deref(), self.path.as_str()) {
            (None, "") => "item".to_owned(),
            (Some(record), "") => record.to_owned(),
            (None, path) => path.to_owned(),
            (Some(record), path) => format!("{record}.{path}"),
        }
    }

    /// Shape and note in words; empty where there is neither.
    pub(super) fn details(&self) -> String {
        let shape = self.shape.map(|shape| format!("looks like {}", shape.name()));
        let parts: Vec<String> = self.note.map(str::to_owned).into_iter().chain(shape).collect();
        parts.join(", ")
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.rule.id(), self.place(), self.rule.meaning())?;
        let details = self.details();
        if details.is_empty() { Ok(()) } else { write!(f, " ({details})") }
    }
}

/// What an audit of one item came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspection {
    pub(super) findings: BTreeSet<Finding>,
    pub(super) sealed: bool,
    pub(super) key: Option<String>,
}

impl Inspection {
    /// What was found, each once, however often it occurs in the item.
    #[must_use]
    pub fn findings(&self) -> impl ExactSizeIterator<Item = &Finding> {
        self.findings.iter()
    }

    /// Whether the item has a header.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// The item's key, where [`Auditor::show_keys`](super::Auditor::show_keys) was asked for and the
    /// names of its attributes are known. What has the shape of a secret in it is masked.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}
