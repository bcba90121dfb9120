//! Secondary indexes: their names, their keys, what they hold. It never judges a type.

use proc_macro2::{Ident, Span};

use crate::ast::{Field, Index, IndexKey, KeyPart, Kind, Managed, Role, Template};
use crate::attr::index::{IndexAttrs, Project};
use crate::attr::meta::{Given, text};
use crate::attr::suggest;
use crate::diag::Diag;
use crate::source::Source;

/// Length of an index name in DynamoDB.
const NAME: std::ops::RangeInclusive<usize> = 3..=255;
/// How many local indexes DynamoDB allows a table.
const LOCAL_MAX: usize = 5;

/// The indexes. Marks the fields that are their keys.
pub(super) fn of(
    source: &Source<'_>,
    templates: &[Template],
    fields: &mut [Field<'_>],
    diag: &Diag,
) -> Vec<Index> {
    let mut indexes: Vec<Index> = Vec::new();
    let mut local = 0;
    for given in &source.attrs.indexes {
        if let (Some(flag), LOCAL_MAX) = (&given.local, local) {
            diag.at(flag.span, format!("a table has at most {LOCAL_MAX} local indexes"));
        }
        local += usize::from(given.local.is_some());
        let name = name(given, &indexes, diag);
        let Some((partition, sort)) = keys(given, source, templates, fields, diag) else {
            continue;
        };
        if sort == Some(partition) {
            let at =
                given.sort_key.as_ref().map_or_else(|| given.ident.span(), |key| key.value_span);
            diag.at(at, "the partition key of an index cannot be its sort key too");
        }
        let holds = match given.project.as_ref().map(|project| &project.value) {
            None | Some(Project::All) => None,
            Some(Project::Keys) => Some(Vec::new()),
            Some(Project::Fields(names)) => Some(held(names, fields, diag)),
        };
        for key in [Some(partition), sort].into_iter().flatten() {
            mark(key, fields);
        }
        indexes.push(Index {
            ident: given.ident.clone(),
            name,
            local: given.local.is_some(),
            partition,
            sort,
            holds,
        });
    }
    indexes
}

/// The name in DynamoDB.
fn name(given: &IndexAttrs, earlier: &[Index], diag: &Diag) -> String {
    let (name, at) = match &given.name {
        Some(name) => (name.value.clone(), name.value_span),
        None => (text(&given.ident), given.ident.span()),
    };
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !NAME.contains(&name.len()) || !name.chars().all(letters) {
        let (least, most) = (NAME.start(), NAME.end());
        diag.at(
            at,
            format!(
                "DynamoDB does not take `{name}` as the name of an index\n\
                 it takes {least} to {most} letters, digits, `_`, `-` and `.`: `name = \"by-status\"`"
            ),
        );
    } else if let Some(other) =
        earlier.iter().find(|other| text(&other.ident) == text(&given.ident))
    {
        diag.at(given.ident.span(), format!("second index `{}`", text(&other.ident)));
    } else if let Some(other) = earlier.iter().find(|other| other.name == name) {
        diag.at(
            at,
            format!(
                "index `{}` has the name `{name}` already\n\
                 give one of them another: `name = \"…\"`",
                text(&other.ident)
            ),
        );
    }
    name
}

/// Partition key and sort key; `None` where one is in error.
fn keys(
    given: &IndexAttrs,
    source: &Source<'_>,
    templates: &[Template],
    fields: &[Field<'_>],
    diag: &Diag,
) -> Option<(IndexKey, Option<IndexKey>)> {
    let key = |name: &Given<Ident>| key(name, templates, fields, diag);
    match (&given.local, &given.partition_key, &given.sort_key) {
        (None, Some(partition), sort) => {
            let partition = key(partition);
            let sort = sort.as_ref().map(key);
            match sort {
                Some(None) => None,
                sort => Some((partition?, sort.flatten())),
            }
        }
        // It may be there, misspelt.
        (None, None, _) if source.broken => None,
        (None, None, _) => {
            diag.at(
                given.ident.span(),
                "an index has a partition key: `partition_key = status`\n\
                 one with the partition key of the table is `local`",
            );
            None
        }
        (Some(_), Some(partition), _) => {
            diag.at(
                partition.span,
                "a `local` index has the partition key of the table\nremove one of them",
            );
            None
        }
        (Some(local), None, None) => {
            diag.at(
                local.span,
                "a `local` index has a sort key of its own: `sort_key = placed_at`",
            );
            None
        }
        (Some(local), None, Some(sort)) => {
            let fields_have = || source.fields().iter().any(|field| field.attrs.sort_key.is_some());
            if source.attrs.sort_key.is_none() && !fields_have() {
                diag.at(
                    local.span,
                    "DynamoDB has `local` indexes on tables with a sort key alone\n\
                     give the record one, or the index a partition key",
                );
            }
            Some((IndexKey::Table(KeyPart::Partition), Some(key(sort)?)))
        }
    }
}

/// The key of this name: a field, or a key attribute that a template makes.
fn key(
    given: &Given<Ident>,
    templates: &[Template],
    fields: &[Field<'_>],
    diag: &Diag,
) -> Option<IndexKey> {
    let (name, at) = (text(&given.value), given.value_span);
    let found = fields.iter().enumerate().find(|(_, field)| text(field.ident) == name);
    let Some((number, field)) = found else {
        if let Some(template) = templates.iter().find(|template| template.name == name) {
            return Some(IndexKey::Table(template.part));
        }
        unknown(&name, at, fields, diag);
        return None;
    };
    let refusal = match &field.role {
        Role::Skipped(_) => format!("`{name}` is never stored, so it is no key of an index"),
        Role::InKey(_) => format!(
            "`{name}` is stored in the key alone, and an index needs an attribute\n\
             index by the key attribute, or add a field that holds the value too"
        ),
        Role::Stored(stored) => match stored.kind {
            Kind::PartitionKey { .. } => return Some(IndexKey::Table(KeyPart::Partition)),
            Kind::SortKey { .. } => return Some(IndexKey::Table(KeyPart::Sort)),
            Kind::Encrypted => format!(
                "`{name}` is encrypted, and cannot be the key of an index: ciphertext has no \
                 order, and equal values have unequal ciphertexts\n\
                 index by a clear or authenticated field beside it"
            ),
            Kind::Clear if stored.codec.is_some() => format!(
                "`{name}` is stored as its `with` says, which an index cannot look up\n\
                 remove `with`: the key of an index is stored in the one form of its type"
            ),
            Kind::Clear if stored.null => format!(
                "`{name}` may be NULL, which DynamoDB refuses in the key of an index\n\
                 remove `null`: an item without the attribute is not in the index"
            ),
            Kind::Managed(
                Managed::Version | Managed::Ttl | Managed::Created | Managed::Updated,
            )
            | Kind::Owner
            | Kind::Authenticated
            | Kind::Clear => return Some(IndexKey::Field(number)),
        },
    };
    diag.at(at, refusal);
    None
}

/// Numbers in the schema of what an index holds. Keys are in it anyway.
fn held(names: &[Ident], fields: &[Field<'_>], diag: &Diag) -> Vec<usize> {
    let mut numbers = Vec::new();
    for ident in names {
        let name = text(ident);
        match fields.iter().find(|field| text(field.ident) == name).map(|field| &field.role) {
            None => unknown(&name, ident.span(), fields, diag),
            Some(Role::Skipped(_)) => {
                diag.at(ident.span(), format!("`{name}` is never stored, so no index holds it"));
            }
            Some(Role::InKey(_)) => {}
            Some(Role::Stored(stored)) if numbers.contains(&stored.index) => {
                diag.at(ident.span(), format!("`{name}` stands here twice"));
            }
            Some(Role::Stored(stored)) => numbers.push(stored.index),
        }
    }
    numbers
}

fn unknown(name: &str, at: Span, fields: &[Field<'_>], diag: &Diag) {
    let names: Vec<String> = fields.iter().map(|field| text(field.ident)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let hint = suggest::nearest(name, &names)
        .map(|known| format!(", did you mean `{known}`?"))
        .unwrap_or_default();
    diag.at(at, format!("no field `{name}`{hint}\nfields: {}", suggest::list(&names)));
}

fn mark(key: IndexKey, fields: &mut [Field<'_>]) {
    if let IndexKey::Field(number) = key
        && let Some(Field { role: Role::Stored(stored), .. }) = fields.get_mut(number)
    {
        stored.indexed = true;
    }
}
