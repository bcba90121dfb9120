//! What was changed of each member: which fields, when. It never holds a value, and never more than
//! a number of entries.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

/// Entries that are kept of one member; the oldest go first.
const ENTRIES: usize = 100;
/// Members whose history is kept; those go first that were silent for longest.
const MEMBERS: usize = 10_000;

/// The history of all members. Clones are one history.
#[derive(Debug, Clone, Default)]
pub(crate) struct History(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    of: HashMap<String, (u64, VecDeque<Entry>)>,
    /// Who was changed last, by a count of changes.
    order: BTreeMap<u64, String>,
    count: u64,
}

/// What was done to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operation {
    Created,
    Changed,
    Removed,
}

/// One change. Names are the program's own, so that no value can get in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    operation: Operation,
    fields: Vec<&'static str>,
    /// Seconds since 1970.
    at: Option<u64>,
}

impl Entry {
    pub(crate) fn new(
        operation: Operation,
        fields: Vec<&'static str>,
        at: Option<SystemTime>,
    ) -> Self {
        let seconds = |at: SystemTime| at.duration_since(UNIX_EPOCH).ok().map(|at| at.as_secs());
        Self { operation, fields, at: at.and_then(seconds) }
    }
}

impl History {
    /// Adds a change of a member.
    pub(crate) fn add(&self, id: String, entry: Entry) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = &mut *kept;
        kept.count += 1;
        let (last, entries) = kept.of.entry(id.clone()).or_default();
        kept.order.remove(last);
        *last = kept.count;
        entries.push_back(entry);
        if entries.len() > ENTRIES {
            entries.pop_front();
        }
        kept.order.insert(kept.count, id);
        if kept.order.len() > MEMBERS
            && let Some((_, silent)) = kept.order.pop_first()
        {
            kept.of.remove(&silent);
        }
    }

    /// The changes of a member, oldest first.
    pub(crate) fn of(&self, id: &str) -> Vec<Entry> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.of.get(id).map(|(_, entries)| entries.iter().cloned().collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_member_has_its_own_and_it_is_bounded() {
        let history = History::default();
        let changed = || Entry::new(Operation::Changed, vec!["ssn"], Some(UNIX_EPOCH));
        history.add("ada".to_owned(), Entry::new(Operation::Created, vec!["name"], None));
        for _ in 0..ENTRIES {
            history.add("ada".to_owned(), changed());
        }
        assert_eq!(history.of("ada"), vec![changed(); ENTRIES], "the oldest is gone");
        assert!(history.of("bob").is_empty());
        for number in 0..MEMBERS {
            history.add(format!("member-{number}"), changed());
        }
        assert!(history.of("ada").is_empty(), "silent for longest");
        assert_eq!(history.of("member-0"), [changed()]);
        let kept = history.0.lock().unwrap();
        assert_eq!((kept.of.len(), kept.order.len()), (MEMBERS, MEMBERS));
    }
}
