//! Rules that concern the struct as a whole: its table, its keys, its owner. It never looks at
//! names of attributes.

use proc_macro2::Span;

use crate::attr::meta::{Flag, text};
use crate::diag::Diag;
use crate::source::{Source, SourceField};

/// Longest table name in bytes, as DynamoDB has it.
const TABLE_MAX: usize = 255;

/// The logical table name.
pub(super) fn table(source: &Source<'_>, diag: &Diag) -> String {
    let Some(given) = &source.attrs.table else {
        // It may be there, misspelt.
        if !source.broken {
            diag.at(
                source.input.ident.span(),
                "no table: expected `#[dynacrypt(table = \"…\")]` on the struct, with the logical \
                 name of its table",
            );
        }
        return String::new();
    };
    let (table, at) = (&given.value, given.value_span);
    if table.is_empty() || table.len() > TABLE_MAX {
        diag.at(
            at,
            format!(
                "expected a table name of 1 to {TABLE_MAX} bytes, and this has {}",
                table.len()
            ),
        );
    } else if table.chars().any(char::is_control) {
        diag.at(at, "expected a table name without control characters");
    }
    table.clone()
}

/// Exactly one partition key; at most one sort key, one owner, one of each role.
pub(super) fn keys_and_owner(source: &Source<'_>, diag: &Diag) {
    let fields = source.fields();
    let (partition_template, sort_template) = (&source.attrs.partition_key, &source.attrs.sort_key);
    let partition_key = |field: &'_ SourceField<'_>| span(&field.attrs.partition_key);
    let sort_key = |field: &'_ SourceField<'_>| span(&field.attrs.sort_key);
    let found =
        at_most_one(fields, "partition key", partition_template.is_some(), partition_key, diag);
    at_most_one(fields, "sort key", sort_template.is_some(), sort_key, diag);
    at_most_one(fields, "owner", false, |field| span(&field.attrs.owner), diag);
    at_most_one(fields, "version", false, |field| span(&field.attrs.version), diag);
    at_most_one(fields, "time to live", false, |field| span(&field.attrs.ttl), diag);
    at_most_one(fields, "time of creation", false, |field| span(&field.attrs.created), diag);
    at_most_one(fields, "time of update", false, |field| span(&field.attrs.updated), diag);
    let broken = source.broken || fields.iter().any(|field| field.broken);
    if found == 0 && partition_template.is_none() && !broken {
        diag.at(
            source.input.ident.span(),
            "no partition key: expected `#[dynacrypt(partition_key)]` on one field, or a template \
             on the struct: `#[dynacrypt(partition_key = \"USER#{user_id}\")]`",
        );
    }
}

/// How many fields are; errors on all but the first, or on all where a template is already.
fn at_most_one<'s>(
    fields: &'s [SourceField<'_>],
    what: &str,
    by_template: bool,
    marked: impl Fn(&'s SourceField<'_>) -> Option<Span>,
    diag: &Diag,
) -> usize {
    let marked: Vec<(&SourceField<'_>, Span)> =
        fields.iter().filter_map(|field| marked(field).map(|at| (field, at))).collect();
    let first = match marked.first() {
        _ if by_template => "the template on the struct".to_owned(),
        Some((first, _)) => format!("`{}`", text(first.ident)),
        None => return 0,
    };
    for (_, at) in marked.iter().skip(usize::from(!by_template)) {
        diag.at(*at, format!("second {what}: {first} is the {what}, and there can be only one"));
    }
    marked.len()
}

fn span(flag: &Flag) -> Option<Span> {
    flag.as_ref().map(|given| given.span)
}
