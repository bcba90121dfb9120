//! The names of all attributes, and what to say of one that is not among them. It never parses a
//! value.

use proc_macro2::Ident;

/// Where an attribute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Struct,
    Field,
}

/// What can be said of a struct.
pub(crate) const ON_STRUCT: [&str; 12] = [
    "table",
    "rename_all",
    "crate",
    "explicit",
    "whole",
    "partition_key",
    "sort_key",
    "partition_key_name",
    "sort_key_name",
    "entity",
    "entity_name",
    "index",
];

/// What can be said in `index(…)`, behind its name.
pub(crate) const IN_INDEX: [&str; 5] = ["partition_key", "sort_key", "local", "project", "name"];

/// What can be said of a field.
pub(crate) const ON_FIELD: [&str; 20] = [
    "partition_key",
    "sort_key",
    "owner",
    "clear",
    "authenticated",
    "encrypted",
    "sensitive",
    "skip",
    "rename",
    "aad_name",
    "default",
    "with",
    "null",
    "pad",
    "version",
    "ttl",
    "created",
    "updated",
    "legacy",
    "legacy_name",
];

/// What can be said in `#[encrypted(…)]`.
pub(crate) const IN_ENCRYPTED: [&str; 2] = ["legacy", "legacy_name"];

impl Place {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Struct => &ON_STRUCT,
            Self::Field => &ON_FIELD,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Struct => Self::Field,
            Self::Field => Self::Struct,
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Struct => "the struct",
            Self::Field => "a field",
        }
    }
}

/// The error for a name that does not belong here.
pub(super) fn unknown(name: &Ident, place: Place) -> syn::Error {
    syn::Error::new(name.span(), message(&super::meta::text(name), place))
}

fn message(name: &str, place: Place) -> String {
    let (here, there) = (place.describe(), place.other().describe());
    if place.other().names().contains(&name) {
        return format!("`{name}` belongs on {there}, not on {here}");
    }
    let hint = match (closest(name, place.names()), closest(name, place.other().names())) {
        (Some((ours, known)), other) if other.is_none_or(|(theirs, _)| ours <= theirs) => {
            format!(", did you mean `{known}`?")
        }
        (_, Some((_, known))) => format!(", did you mean `{known}`, which belongs on {there}?"),
        _ => String::new(),
    };
    format!("unknown attribute `{name}`{hint}\nvalid on {here}: {}", list(place.names()))
}

/// The error for a name that is none of these, which are all that can stand `place`.
pub(super) fn unknown_among(name: &Ident, known: &[&str], place: &str) -> syn::Error {
    let word = super::meta::text(name);
    let hint =
        nearest(&word, known).map(|known| format!(", did you mean `{known}`?")).unwrap_or_default();
    let valid = list(known);
    syn::Error::new(
        name.span(),
        format!("unknown attribute `{word}`{hint}\nvalid {place}: {valid}"),
    )
}

/// `` `a`, `b`, `c` ``
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// The name that this one is a misspelling of, if any comes close.
pub(crate) fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    closest(name, names).map(|(_, known)| known)
}

/// The same, with how far it is: to compare two lists of names.
fn closest<'a>(name: &str, names: &[&'a str]) -> Option<(usize, &'a str)> {
    // A third of the letters may be wrong; short names would otherwise match anything.
    let allowed = (name.chars().count() / 3).max(1);
    let squeezed = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    names
        .iter()
        .filter_map(|known| {
            // The same words written otherwise, or the beginning of a long name, are as clear as
            // one wrong letter.
            let same_words = squeezed(known) == squeezed(name);
            let beginning = name.len() >= 4 && known.starts_with(name);
            let far = distance(name, known);
            let far = if same_words || beginning { far.min(1) } else { far };
            (far <= allowed).then_some((far, *known))
        })
        .min_by_key(|(far, _)| *far)
}

/// Letters to insert, remove, replace or swap with their neighbour, to turn one word into the
/// other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    // Rows of the table of distances between beginnings: two before, one before.
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, letter) in from.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, &target) in to.iter().enumerate() {
            let at =
                |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&above, column) + usize::from(letter != target);
            let removed = at(&above, column + 1) + 1;
            let inserted = at(&current, column) + 1;
            let swapped = match column.checked_sub(1).and_then(|left| Some((left, to.get(left)?))) {
                Some((left, &beside)) if beside == letter && previous == Some(target) => {
                    at(&before, left) + 1
                }
                _ => usize::MAX,
            };
            current.push(replaced.min(removed).min(inserted).min(swapped));
        }
        previous = Some(letter);
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("table", "table", 0),
            ("tabel", "table", 1),
            ("encypted", "encrypted", 1),
            ("ownerr", "owner", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), expected, "{from} → {to}");
        }
    }

    #[test]
    fn misspellings_are_recognized_and_other_words_are_not() {
        for (wrong, right) in [
            ("partitionkey", "partition_key"),
            ("partition", "partition_key"),
            ("sortkey", "sort_key"),
            ("encypted", "encrypted"),
            ("athenticated", "authenticated"),
            ("skp", "skip"),
            ("ownr", "owner"),
            ("renam", "rename"),
        ] {
            assert_eq!(nearest(wrong, &ON_FIELD), Some(right), "{wrong}");
        }
        for other in ["cipher", "beacon", "x", ""] {
            assert_eq!(nearest(other, &ON_FIELD), None, "{other}");
        }
    }

    #[test]
    fn messages_say_where_a_name_belongs() {
        assert_eq!(message("table", Place::Field), "`table` belongs on the struct, not on a field");
        assert!(
            message("rename_al", Place::Field)
                .contains("`rename_all`, which belongs on the struct?")
        );
        assert!(message("tabel", Place::Field).contains("`table`, which belongs on the struct?"));
        assert!(
            message("tabel", Place::Struct)
                .contains("did you mean `table`?\nvalid on the struct: `table`, ")
        );
    }
}
