//! Turns a struct with attributes into a record, or says everything that keeps it from being one.
//! It never emits code and never judges a type: that is the compiler's work, with the traits of the
//! core.

mod field;
mod indexes;
mod keys;
mod names;
mod whole;

use quote::ToTokens;
use syn::GenericParam;

use crate::ast::{Field, Legacy, Record, Role, Stored};
use crate::attr::meta::text;
use crate::crate_path::Private;
use crate::diag::Diag;
use crate::source::{Source, SourceField};
use crate::tokens;

/// The record; `None` where there are no fields to make one of. Not to be used where `diag` has
/// errors.
pub(crate) fn record<'a>(source: &Source<'a>, diag: &Diag) -> Option<Record<'a>> {
    let table = whole::table(source, diag);
    let fields = source.fields.as_ref()?;
    whole::keys_and_owner(source, diag);
    ownership(source, diag);

    let templates = keys::templates(source, diag);
    let entity = keys::entity(source, templates.len(), diag);
    let mut index = templates.len() + usize::from(entity.is_some());
    let mut fields: Vec<Field<'a>> = fields
        .iter()
        .map(|field| {
            let role = match field::role(field, &source.attrs, &templates, diag) {
                field::Role::Skipped(default) => Role::Skipped(default),
                field::Role::InKey(in_key) => Role::InKey(in_key),
                field::Role::Stored { kind, default, pad } => {
                    let (name, bound_name) = names::of(field, &source.attrs, diag);
                    let codec = field.attrs.with.as_ref().map(|given| given.value.clone());
                    let null = field.attrs.null.is_some();
                    let legacy = field.attrs.legacy.as_ref().map(|given| {
                        let before = names::legacy(field, diag).unwrap_or_else(|| name.clone());
                        Box::new(Legacy { format: given.value.clone(), name: before })
                    });
                    let stored = Stored {
                        index,
                        name,
                        bound_name,
                        kind,
                        default,
                        codec,
                        null,
                        pad,
                        indexed: false,
                        legacy,
                    };
                    index += 1;
                    Role::Stored(stored)
                }
            };
            let sensitive = field.attrs.encrypted.is_some() || field.attrs.sensitive.is_some();
            Field { ident: field.ident, vis: field.vis, ty: field.ty, sensitive, role }
        })
        .collect();
    let indexes = indexes::of(source, &templates, &mut fields, diag);
    let made = keys::made(source, &templates, entity.as_ref());
    names::differ(&made, source.fields(), &fields, diag);
    names::legacy_differ(&made, source.fields(), &fields, diag);

    let deprecated =
        source.attrs.deprecated || source.fields().iter().any(|field| field.attrs.deprecated);
    Some(Record {
        private: Private::of(source.attrs.krate.as_ref().map(|given| &given.value)),
        ident: &source.input.ident,
        generics: &source.input.generics,
        table,
        whole: source.attrs.whole.is_some(),
        fields,
        templates,
        entity,
        indexes,
        deprecated,
    })
}

/// What is read back from a table cannot borrow from anything.
fn ownership(source: &Source<'_>, diag: &Diag) {
    let generics = &source.input.generics;
    let lifetimes: Vec<String> =
        generics.lifetimes().map(|param| text(&param.lifetime.ident)).collect();
    let borrowing = |field: &&SourceField<'_>| tokens::borrows(field.ty, &lifetimes);
    let stored = |field: &&SourceField<'_>| field.attrs.skip.is_none();

    let mut found = false;
    for field in source.fields().iter().filter(stored).filter(borrowing) {
        found = true;
        diag.on(
            field.ty,
            "a record owns its fields, and this one borrows\n\
             use an owned type: `String` for `&str` or `Cow<'_, str>`, `Vec<u8>` for `&[u8]`",
        );
    }
    // The field says it better; this is for lifetimes that only skipped fields use.
    let lifetime = generics.params.iter().find(|param| matches!(param, GenericParam::Lifetime(_)));
    if let (Some(lifetime), false) = (lifetime, found) {
        diag.on(
            lifetime.to_token_stream(),
            "a record cannot have a lifetime: it is read back from a table and owns its fields\n\
             use owned types, such as `String` for `&str`",
        );
    }
}
