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

/// Exactly one partition key, at most one sort key, at most one owner.
pub(super) fn keys_and_owner(source: &Source<'_>, diag: &Diag) {
    let fields = source.fields();
    let partition_keys =
        at_most_one(fields, "partition key", |field| &field.attrs.partition_key, diag);
    at_most_one(fields, "sort key", |field| &field.attrs.sort_key, diag);
    at_most_one(fields, "owner", |field| &field.attrs.owner, diag);
    if partition_keys == 0 && !fields.iter().any(|field| field.broken) {
        diag.at(
            source.input.ident.span(),
            "no partition key: expected `#[dynacrypt(partition_key)]` on one field",
        );
    }
}

/// How many there are; errors on all but the first.
fn at_most_one<'s>(
    fields: &'s [SourceField<'_>],
    what: &str,
    flag: impl Fn(&'s SourceField<'_>) -> &'s Flag,
    diag: &Diag,
) -> usize {
    let marked: Vec<(&SourceField<'_>, Span)> = fields
        .iter()
        .filter_map(|field| flag(field).as_ref().map(|given| (field, given.span)))
        .collect();
    if let Some(((first, _), others)) = marked.split_first() {
        let first = text(first.ident);
        for (_, span) in others {
            diag.at(
                *span,
                format!("second {what}: `{first}` is the {what}, and there can be only one"),
            );
        }
    }
    marked.len()
}
