//! The struct of a record's secondary indexes: a handle for each, under its name. It holds no value.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ConstParam, GenericParam, TypeParam};

use super::schema;
use crate::ast::{Field, Index, IndexKey, KeyPart, Kind, Managed, Record, Role};

/// The struct, where there are indexes. The types of the keys are its parameters, so that they are
/// asked for in one place alone: the implementation.
pub(super) fn definition(record: &Record<'_>) -> Option<TokenStream> {
    let Record { private, ident, generics, .. } = record;
    if record.indexes.is_empty() {
        return None;
    }
    let (_, ty_generics, _) = generics.split_for_impl();
    let mut with_keys = syn::Generics::clone(generics);
    let params = (0..record.indexes.len()).flat_map(|number| [partition(number), sort(number)]);
    with_keys.params.extend(params.map(|param| syn::GenericParam::Type(param.into())));
    let (impl_generics, _, where_clause) = with_keys.split_for_impl();
    let fields = record.indexes.iter().enumerate().map(|(number, index)| {
        let (name, partition, sort) = (&index.ident, partition(number), sort(number));
        quote!(pub #name: #private::Index<#ident #ty_generics, #partition, #sort>)
    });
    let allow = schema::allow_deprecated(record);
    Some(quote! {
        #allow
        #[allow(
            dead_code,
            missing_docs,
            missing_copy_implementations,
            missing_debug_implementations,
            private_interfaces,
            unreachable_pub,
            clippy::all,
            clippy::pedantic,
            clippy::type_repetition_in_bounds
        )]
        pub struct __Indexes #impl_generics #where_clause {
            #(#fields,)*
        }
    })
}

fn partition(number: usize) -> Ident {
    format_ident!("__Partition{number}")
}

fn sort(number: usize) -> Ident {
    format_ident!("__Sort{number}")
}

/// The items of the record's implementation that speak of it.
pub(super) fn items(record: &Record<'_>) -> TokenStream {
    let Record { private, generics, .. } = record;
    if record.indexes.is_empty() {
        return quote! {
            type Indexes = ();
            fn indexes() -> Self::Indexes {}
        };
    }
    let params = generics.params.iter().map(|param| match param {
        GenericParam::Type(TypeParam { ident, .. })
        | GenericParam::Const(ConstParam { ident, .. }) => quote!(#ident),
        GenericParam::Lifetime(param) => {
            let lifetime = &param.lifetime;
            quote!(#lifetime)
        }
    });
    let keys = record.indexes.iter().flat_map(|index| {
        let sort = index.sort.map(|sort| key_type(record, sort));
        [key_type(record, index.partition), sort.unwrap_or_else(|| quote!(#private::NoSortKey))]
    });
    let params = params.chain(keys);
    let handles = record.indexes.iter().enumerate().map(|(number, index)| {
        let name = &index.ident;
        let number = Literal::usize_unsuffixed(number);
        quote!(#name: #private::Index::new(#number))
    });
    // As if the user had written it at the type of a key: what that lacks is then reported there.
    let at = place(record);
    quote_spanned! {at=>
        type Indexes = __Indexes<#(#params),*>;
        fn indexes() -> Self::Indexes {
            __Indexes { #(#handles,)* }
        }
    }
}

/// Where the type of the first field was written that is the key of an index.
fn place(record: &Record<'_>) -> Span {
    let keys = record.indexes.iter().flat_map(|index| [Some(index.partition), index.sort]);
    let mut written = keys.flatten().filter_map(|key| match key {
        IndexKey::Field(at) => Some(record.fields.get(at)?.ty.span()),
        IndexKey::Table(_) => None,
    });
    written.next().unwrap_or_else(Span::call_site)
}

/// What the schema says of them, as a call on it.
pub(super) fn specs(record: &Record<'_>) -> Option<TokenStream> {
    let private = &record.private;
    let specs = record.indexes.iter().filter_map(|index| spec(record, index));
    (!record.indexes.is_empty())
        .then(|| quote!(.with_indexes(const { &[#(#specs),*] as &[#private::IndexSpec] })))
}

fn spec(record: &Record<'_>, index: &Index) -> Option<TokenStream> {
    let private = &record.private;
    let Index { name, local, .. } = index;
    let partition = key(record, index.partition)?;
    let sort = if let Some(sort) = index.sort {
        let sort = key(record, sort)?;
        quote!(::core::option::Option::Some(#sort))
    } else {
        quote!(::core::option::Option::None)
    };
    let holds = index.holds.as_ref().map_or_else(
        || quote!(#private::IndexHolds::All),
        |fields| {
            let fields = fields.iter().map(|field| Literal::usize_unsuffixed(*field));
            quote!(#private::IndexHolds::Fields(&[#(#fields),*]))
        },
    );
    Some(quote!(#private::IndexSpec::new(#name, #local, #partition, #sort, #holds)))
}

/// Number and DynamoDB type of a key.
fn key(record: &Record<'_>, key: IndexKey) -> Option<TokenStream> {
    let private = &record.private;
    match key {
        IndexKey::Table(part) => {
            let number = Literal::usize_unsuffixed(record.key_number(part)?);
            let key_type = key_type(record, key);
            let key_type = quote!(<#key_type as #private::KeyAttribute>::KEY_TYPE);
            Some(quote!(#private::IndexSpec::key(#number, #key_type)))
        }
        IndexKey::Field(at) => {
            let Field { ty, role: Role::Stored(stored), .. } = record.fields.get(at)? else {
                return None;
            };
            let number = Literal::usize_unsuffixed(stored.index);
            let indexed = indexed_type(ty, stored.kind);
            let key_type = quote!(<#indexed as #private::IndexField>::INDEX_TYPE);
            let at = ty.span();
            let private_at = private.at(at);
            Some(quote_spanned!(at=> #private_at::IndexSpec::key(#number, #key_type)))
        }
    }
}

/// What the index is looked up by.
fn key_type(record: &Record<'_>, key: IndexKey) -> TokenStream {
    let (private, ident) = (&record.private, record.ident);
    let (_, ty_generics, _) = record.generics.split_for_impl();
    match key {
        IndexKey::Table(part) => {
            let key = match part {
                KeyPart::Partition => quote!(PartitionKey),
                KeyPart::Sort => quote!(SortKey),
            };
            quote!(<#ident #ty_generics as #private::Record>::#key)
        }
        IndexKey::Field(at) => {
            let Some(Field { ty, role: Role::Stored(stored), .. }) = record.fields.get(at) else {
                return quote!(#private::NoSortKey);
            };
            let indexed = indexed_type(ty, stored.kind);
            // With the type's span, rustc takes it and the implementation's question for one.
            let at = ty.span();
            let private_at = private.at(at);
            quote_spanned!(at=> <#indexed as #private_at::IndexField>::Key)
        }
    }
}

/// A time that the mapper uses is stored, and looked up, as a count: milliseconds, or for a time to
/// live seconds.
fn indexed_type(ty: &syn::Type, kind: Kind) -> TokenStream {
    if matches!(kind, Kind::Managed(Managed::Ttl | Managed::Created | Managed::Updated)) {
        quote!(::core::primitive::i64)
    } else {
        quote!(#ty)
    }
}
