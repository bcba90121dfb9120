//! Which fields differ between two states of a member: their names. It never gives a value, nor
//! says how much they differ.

use dynacrypt::{Record, Secret};

use super::record::Member;

/// The names of the fields that differ, where there was an old state, or is a new one. Neither key
/// nor version: those say nothing about the member.
pub(crate) fn changed(old: Option<&Member>, new: Option<&Member>) -> Vec<&'static str> {
    let column = Member::columns();
    let secrets = Secret::<String>::ct_eq;
    let differing = [
        (column.name.name(), differ(old, new, |member| Some(&member.name), String::eq)),
        (column.plan.name(), differ(old, new, |member| member.plan.as_ref(), String::eq)),
        (column.ssn.name(), differ(old, new, |member| member.ssn.as_ref(), secrets)),
        (column.email.name(), differ(old, new, |member| member.email.as_ref(), secrets)),
    ];
    differing.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}

fn differ<T>(
    old: Option<&Member>,
    new: Option<&Member>,
    field: fn(&Member) -> Option<&T>,
    same: impl Fn(&T, &T) -> bool,
) -> bool {
    match (old.and_then(field), new.and_then(field)) {
        (Some(old), Some(new)) => !same(old, new),
        (None, None) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use dynacrypt::record::FieldSpec;

    use super::*;

    fn member(ssn: Option<&str>) -> Member {
        Member {
            user_id: "user-ada".to_owned(),
            name: "Ada".to_owned(),
            plan: Some("free".to_owned()),
            ssn: ssn.map(Secret::from),
            email: Some(Secret::from("ada@example.com")),
            version: 1,
        }
    }

    #[test]
    fn names_alone_of_what_differs() {
        let old = member(Some("078-05-1120"));
        let other = Member { version: 2, ..member(Some("219-09-9999")) };
        assert_eq!(changed(Some(&old), Some(&other)), ["ssn"]);
        assert_eq!(changed(Some(&old), Some(&member(None))), ["ssn"]);
        assert!(changed(Some(&old), Some(&member(Some("078-05-1120")))).is_empty());
        let named = Member { name: "A".to_owned(), plan: None, email: None, ..member(None) };
        assert_eq!(changed(Some(&member(None)), Some(&named)), ["name", "plan", "email"]);
        assert_eq!(changed(None, Some(&member(None))), ["name", "plan", "email"]);
    }

    /// A field that is added to the record and forgotten here would never be told.
    #[test]
    fn every_field_is_compared() {
        let told = changed(None, Some(&member(Some("078-05-1120"))));
        let mut rest: Vec<_> = Member::SCHEMA.fields().iter().map(FieldSpec::name).collect();
        rest.retain(|name| !told.contains(name));
        assert_eq!(rest, ["user_id", "version"]);
    }
}
