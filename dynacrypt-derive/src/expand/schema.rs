//! The constant that describes the record: names, kinds, nonces. It never holds a value of a field.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::{bounds, indexes, keys};
use crate::ast::{KeyPart, Kind, Managed, Record, Stored};
use crate::attr::meta::text;
use crate::crate_path::Private;
use crate::nonce;

/// The type of the sort key, or what stands for there being none.
pub(super) fn sort_key_type(record: &Record<'_>) -> TokenStream {
    let private = &record.private;
    let field = || record.sort_key().map(|ty| quote!(#ty));
    keys::key_type(record, KeyPart::Sort)
        .or_else(field)
        .unwrap_or_else(|| quote!(#private::NoSortKey))
}

/// The type of the partition key.
pub(super) fn partition_key_type(record: &Record<'_>) -> Option<TokenStream> {
    let field = || record.partition_key().map(|ty| quote!(#ty));
    keys::key_type(record, KeyPart::Partition).or_else(field)
}

pub(super) fn schema(record: &Record<'_>) -> TokenStream {
    let Record { private, table, whole, .. } = record;
    let name = text(record.ident);
    let made = keys::specs(record);
    let fields = record.stored().map(|(field, stored)| spec(record, field.ty, stored));
    let owner =
        record.stored().find_map(|(field, stored)| owner_type(private, field.ty, stored.kind));
    let in_keys = keys::evaluated(record);
    let indexes = indexes::specs(record);
    let sensitive = sensitive(record);
    quote! {
        &#private::Schema::new(
            #name,
            #table,
            const { #owner #in_keys &[#(#made,)* #(#fields),*] },
            #whole
        )
        #indexes
        #sensitive
    }
}

/// The Rust names of the sensitive fields, of those that are never stored too: masking goes by them.
fn sensitive(record: &Record<'_>) -> Option<TokenStream> {
    let names: Vec<_> = record
        .fields
        .iter()
        .filter(|field| field.sensitive)
        .map(|field| text(field.ident))
        .collect();
    (!names.is_empty()).then(|| quote!(.with_sensitive(&[#(#names),*])))
}

/// Names of the user's that are deprecated are no less so for being named here; the user has been
/// told once.
pub(super) fn allow_deprecated(record: &Record<'_>) -> Option<TokenStream> {
    record.deprecated.then(|| quote!(#[allow(deprecated)]))
}

/// A use of the schema, so that its constants are evaluated when the record is compiled rather than
/// when it is used. There is nothing to evaluate for a generic record until its parameters are
/// known.
pub(super) fn evaluated(record: &Record<'_>) -> Option<TokenStream> {
    let Record { private, ident, generics, .. } = record;
    let allow = allow_deprecated(record);
    generics.params.is_empty().then(|| {
        quote! {
            #allow
            const _: &#private::Schema = <#ident as #private::Record>::SCHEMA;
        }
    })
}

fn spec(record: &Record<'_>, ty: &Type, stored: &Stored) -> TokenStream {
    let private = &record.private;
    let name = &stored.name;
    // Where these fail, they do so while the constant is evaluated. With the type's span, rustc
    // says that it was there.
    let at = ty.span();
    let private_at = private.at(at);
    let mut spec = match stored.kind {
        Kind::PartitionKey { .. } => {
            quote_spanned!(at=> #private_at::FieldSpec::partition_key::<Self>(#name))
        }
        Kind::SortKey { .. } => {
            quote_spanned!(at=> #private_at::FieldSpec::sort_key::<Self>(#name))
        }
        Kind::Owner => {
            let owner_type = quote!(<#ty as #private::OwnerField>::OWNER_TYPE);
            quote!(#private::FieldSpec::new(#name, #private::FieldKind::Owner(#owner_type)))
        }
        Kind::Authenticated => {
            quote!(#private::FieldSpec::new(#name, #private::FieldKind::Authenticated))
        }
        Kind::Clear => quote!(#private::FieldSpec::new(#name, #private::FieldKind::Clear)),
        Kind::Managed(managed) => {
            let role = match managed {
                Managed::Version => quote!(Version),
                Managed::Ttl => quote!(Ttl),
                Managed::Created => quote!(Created),
                Managed::Updated => quote!(Updated),
            };
            quote! {
                #private::FieldSpec::new(#name, #private::FieldKind::Clear)
                    .with_role(#private::FieldRole::#role)
            }
        }
        Kind::Encrypted => quote!(#private::FieldSpec::new(#name, #private::FieldKind::Encrypted)),
    };
    if is_owner(stored.kind) {
        spec = quote_spanned!(at=> #private_at::FieldSpec::owner(#spec));
    }
    if let Some(bound_name) = &stored.bound_name {
        spec.extend(quote!(.bound_as(#bound_name)));
    }
    if stored.null {
        spec.extend(quote!(.null::<#ty>()));
    }
    if stored.kind == Kind::Encrypted {
        let nonce = nonce::of(stored.effective_bound_name()).map(Literal::u8_unsuffixed);
        spec.extend(quote!(.nonce([#(#nonce),*])));
    }
    if let Some(legacy) = &stored.legacy {
        let (format, name) = (&legacy.format, &legacy.name);
        let at = format.span();
        let private_at = private.at(at);
        spec = quote_spanned!(at=> #private_at::FieldSpec::was::<#format>(#spec, #name));
    }
    if let Some(pad) = stored.pad {
        let pad = Literal::usize_unsuffixed(pad);
        spec.extend(quote!(.pad(#pad)));
    }
    spec
}

/// Asks the type of a key that holds the owner whether it may. An owner outside the key is asked
/// for its type.
fn owner_type(private: &Private, ty: &Type, kind: Kind) -> Option<TokenStream> {
    // A secret is no key either, and one error says it.
    (is_owner(kind) && kind != Kind::Owner && !bounds::is_secret(ty))
        .then(|| quote!(let _ = <#ty as #private::OwnerField>::OWNER_TYPE;))
}

fn is_owner(kind: Kind) -> bool {
    matches!(kind, Kind::Owner | Kind::PartitionKey { owner: true } | Kind::SortKey { owner: true })
}
