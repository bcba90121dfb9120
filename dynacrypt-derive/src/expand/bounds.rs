//! Where clauses: one for each field whose type mentions a parameter of the struct. It never bounds
//! a parameter itself, since the field's type is what is stored.

use quote::quote_spanned;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{GenericArgument, GenericParam, Generics, PathArguments, Token, Type, WherePredicate};

use crate::ast::{Field, InKey, Kind, Record, Role, Stored};
use crate::attr::DefaultFrom;
use crate::attr::meta::text;
use crate::tokens;

/// The struct's generics with those where clauses.
pub(super) fn generics(record: &Record<'_>) -> Generics {
    let mut generics = record.generics.clone();
    let mut params: Vec<String> = record.generics.params.iter().filter_map(name).collect();
    if params.is_empty() {
        return generics;
    }
    params.push("Self".to_owned());

    let clauses = &mut generics.make_where_clause().predicates;
    for field in record.fields.iter().filter(|field| tokens::mentions(field.ty, &params)) {
        bound(record, field, clauses);
    }
    generics
}

/// Lifetimes have been refused.
fn name(param: &GenericParam) -> Option<String> {
    match param {
        GenericParam::Type(param) => Some(text(&param.ident)),
        GenericParam::Const(param) => Some(text(&param.ident)),
        GenericParam::Lifetime(_) => None,
    }
}

fn bound(
    record: &Record<'_>,
    field: &Field<'_>,
    clauses: &mut Punctuated<WherePredicate, Token![,]>,
) {
    let ty = field.ty;
    // With the field's span, rustc shows the field where the clause fails.
    let at = ty.span();
    let private = record.private.at(at);
    let stored = match &field.role {
        Role::Skipped(DefaultFrom::Type) => {
            return add(clauses, quote_spanned!(at=> #ty: ::core::default::Default));
        }
        Role::Skipped(DefaultFrom::Path(_)) => return,
        Role::InKey(InKey { owner, .. }) => {
            let owner = owner.then(|| quote_spanned!(at=> + #private::OwnerField));
            return add(clauses, quote_spanned!(at=> #ty: #private::KeyAttribute #owner));
        }
        Role::Stored(stored) => stored,
    };
    match stored.kind {
        Kind::PartitionKey { owner } | Kind::SortKey { owner } => {
            let owner = owner.then(|| quote_spanned!(at=> + #private::OwnerField));
            add(clauses, quote_spanned!(at=> #ty: #private::KeyAttribute #owner));
        }
        Kind::Owner => add(clauses, quote_spanned!(at=> #ty: #private::OwnerField)),
        Kind::Authenticated => add(clauses, quote_spanned!(at=> #ty: #private::AuthenticatedField)),
        // `Secret<T>` in a clear field is wrong whatever `T` is. Without the clause rustc says so
        // here; with it, only where the record is used. An alias gets past this, and is stopped
        // there.
        Kind::Clear if is_secret(ty) => {}
        // Below.
        Kind::Clear if stored.indexed => {}
        Kind::Clear => {
            let field = if let Some(codec) = &stored.codec {
                quote_spanned!(at=> #private::CodedField<#codec>)
            } else {
                quote_spanned!(at=> #private::ClearField)
            };
            add(clauses, quote_spanned!(at=> #ty: #field));
        }
        Kind::Encrypted => add(clauses, quote_spanned!(at=> #ty: #private::EncryptedField)),
        Kind::Managed(managed) => {
            let as_field = super::fields::managed_trait(&private, managed);
            add(clauses, quote_spanned!(at=> #ty: #as_field));
        }
    }
    if stored.indexed && !matches!(stored.kind, Kind::Managed(_)) {
        add(clauses, quote_spanned!(at=> #ty: #private::IndexField));
    }
    if stored.null {
        add(clauses, quote_spanned!(at=> #ty: #private::NullableField));
    }
    if let Stored { default: Some(DefaultFrom::Type), .. } = stored {
        add(clauses, quote_spanned!(at=> #ty: ::core::default::Default));
    }
}

fn add(clauses: &mut Punctuated<WherePredicate, Token![,]>, clause: proc_macro2::TokenStream) {
    // What we wrote parses; were it not to, rustc would name the bound that lacks.
    clauses.extend(syn::parse2::<WherePredicate>(clause));
}

/// Whether the type as written is `Secret<…>`, or a container of it.
pub(super) fn is_secret(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => is_secret(&group.elem),
        Type::Paren(paren) => is_secret(&paren.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            last.ident == "Secret"
                || match &last.arguments {
                    PathArguments::AngleBracketed(list) => list.args.iter().any(
                        |argument| matches!(argument, GenericArgument::Type(ty) if is_secret(ty)),
                    ),
                    _ => false,
                }
        }),
        _ => false,
    }
}
