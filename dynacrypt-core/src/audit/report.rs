//! Many inspections as one report of bounded size: by rule and attribute, how often and where first.
//! It never holds an item, and grows with the kinds of findings, not with their number.

mod json;
mod place;
mod sarif;
mod text;

use std::collections::BTreeMap;

pub use self::place::{Image, Location, Place};
use super::finding::{Finding, Inspection};
use super::json::{ExportRecord, Malformed};
use super::rules::{Rule, Severity};
use super::{Auditor, Item};

/// Kinds of findings that are told apart. Names of attributes are the table's to choose: without a
/// bound, a table with an attribute for each user would make a report of its size.
const MAX_KINDS: usize = 1_000;
/// Unless said otherwise.
const LOCATIONS: usize = 5;
/// Under GitHub's limit for the locations of a result.
const MAX_LOCATIONS: usize = 500;

/// What was audited.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A live table, by its name.
    Table(String),
    /// An export, by what it was called on the command line.
    Export(String),
    /// A stream, by its ARN or file.
    Stream(String),
}

impl Source {
    /// `table`, `export` or `stream`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Table(_) => "table",
            Self::Export(_) => "export",
            Self::Stream(_) => "stream",
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        let (Self::Table(name) | Self::Export(name) | Self::Stream(name)) = self;
        name
    }
}

/// How often something was found, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tally {
    count: u64,
    first: Vec<Location>,
}

/// What an audit found, as text, JSON or SARIF 2.1.0.
///
/// # Examples
/// ```
/// use dynacrypt_core::audit::{Auditor, ExportRecord, Place, Report, Source};
///
/// let auditor = Auditor::new();
/// let mut report = Report::new(Source::Export("export.json".to_owned()));
/// let line = br#"{"Item":{"id":{"S":"user-1"},"password":{"S":"hunter2"}}}"#;
/// let place = Place::Export { file: "export.json".into(), line: 1 };
/// match ExportRecord::from_line(line) {
///     Ok(record) => report.record(&auditor, &place, &record),
///     Err(malformed) => report.unreadable(&place, malformed),
/// }
/// assert_eq!((report.items(), report.count()), (1, 1));
/// assert!(report.to_text().contains("export.json:1"));
/// assert!(!report.to_json().contains("hunter2"));
/// ```
///
/// # Security
/// It holds no value of an item: see [`Finding`].
#[derive(Debug, Clone)]
pub struct Report {
    source: Source,
    max_locations: usize,
    found: BTreeMap<Finding, Tally>,
    /// Findings of kinds beyond the bound, by rule.
    others: BTreeMap<Rule, u64>,
    items: u64,
    sealed: u64,
    affected: u64,
    unreadable: u64,
    first_unreadable: Vec<(Place, Malformed)>,
}

impl Report {
    /// An empty report, which names the first 5 locations of each kind of finding.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self {
            source,
            max_locations: LOCATIONS,
            found: BTreeMap::new(),
            others: BTreeMap::new(),
            items: 0,
            sealed: 0,
            affected: 0,
            unreadable: 0,
            first_unreadable: Vec::new(),
        }
    }

    /// Names as many locations of each kind of finding: 1 to 500.
    #[must_use]
    pub fn with_locations(mut self, count: usize) -> Self {
        self.max_locations = count.clamp(1, MAX_LOCATIONS);
        self
    }

    /// Audits an item, and takes what is found in.
    pub fn item(&mut self, auditor: &Auditor, place: &Place, item: &Item) {
        self.add(place, Image::Item, &auditor.inspect(item));
    }

    /// Audits the items of a record of an export or stream, and takes what is found in.
    pub fn record(&mut self, auditor: &Auditor, place: &Place, record: &ExportRecord) {
        let keys = record.key_names();
        for (image, item) in record.images() {
            let inspection = if image == Image::Keys {
                auditor.inspect_keys(item, &keys)
            } else {
                auditor.inspect_with_keys(item, &keys)
            };
            self.add(place, image, &inspection);
        }
    }

    /// Takes in what was found in an item.
    pub fn add(&mut self, place: &Place, image: Image, inspection: &Inspection) {
        self.items += 1;
        self.sealed += u64::from(inspection.is_sealed());
        self.affected += u64::from(!inspection.findings.is_empty());
        for finding in &inspection.findings {
            if let Some(tally) = self.found.get_mut(finding) {
                tally.count += 1;
                if tally.first.len() < self.max_locations {
                    tally.first.push(Location::new(place, image, inspection.key()));
                }
            } else if self.found.len() < MAX_KINDS {
                let first = vec![Location::new(place, image, inspection.key())];
                self.found.insert(finding.clone(), Tally { count: 1, first });
            } else {
                *self.others.entry(finding.rule).or_default() += 1;
            }
        }
    }

    /// Takes in that something could not be read.
    pub fn unreadable(&mut self, place: &Place, why: Malformed) {
        self.unreadable += 1;
        if self.first_unreadable.len() < self.max_locations {
            self.first_unreadable.push((place.clone(), why));
        }
    }

    /// How many items were seen. Each image of a stream record counts.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.items
    }

    /// How many of them have a header.
    #[must_use]
    pub fn sealed(&self) -> u64 {
        self.sealed
    }

    /// How many findings there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.found.values().map(|tally| tally.count).chain(self.others.values().copied()).sum()
    }

    /// The kinds of findings, with how many there are of each: up to 1,000 kinds.
    #[must_use]
    pub fn findings(&self) -> impl ExactSizeIterator<Item = (&Finding, u64)> {
        self.found.iter().map(|(finding, tally)| (finding, tally.count))
    }

    /// How bad the worst finding is; `None` where there is none.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        let told = self.found.keys().map(Finding::severity);
        told.chain(self.others.keys().map(|rule| rule.severity())).max()
    }

    /// Whether everything could be read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unreadable == 0
    }

    /// For people: what, where, how many, what to do.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::report(self)
    }

    /// For programs. The member `dynacrypt_audit` is the version of the form, 1.
    #[must_use]
    pub fn to_json(&self) -> String {
        json::report(self)
    }

    /// SARIF 2.1.0, for code scanning and the like: a result for each kind of finding.
    #[must_use]
    pub fn to_sarif(&self) -> String {
        sarif::report(self)
    }

    /// In the order in which people want to read them: the worst first.
    fn ordered(&self) -> Vec<(&Finding, &Tally)> {
        let mut all: Vec<_> = self.found.iter().collect();
        all.sort_by_key(|(finding, _)| std::cmp::Reverse(finding.severity()));
        all
    }
}

#[cfg(test)]
mod tests;
