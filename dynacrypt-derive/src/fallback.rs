//! What is emitted beside errors: an implementation that lets uses of the record compile, so that
//! they add no errors of their own. It never panics and never stores anything: its methods refuse.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::Type;

use crate::attr::meta::text;
use crate::crate_path::Private;
use crate::source::{Source, SourceField};
use crate::tokens;

pub(crate) fn inert(source: &Source<'_>) -> TokenStream {
    let private = Private::of(source.attrs.krate.as_ref().map(|given| &given.value));
    let ident = &source.input.ident;
    let (impl_generics, ty_generics, where_clause) = source.input.generics.split_for_impl();

    let fields = source.fields();
    let key = |field: Option<&SourceField<'_>>, missing: TokenStream| match field {
        None => missing,
        Some(field) => plain_type(source, field).map_or(quote!(#private::Inert), |ty| quote!(#ty)),
    };
    let partition_key = fields.iter().find(|field| field.attrs.partition_key.is_some());
    let sort_key = fields.iter().find(|field| field.attrs.sort_key.is_some());
    let no_sort_key = if source.attrs.sort_key.is_some() {
        quote!(#private::Inert)
    } else {
        quote!(#private::NoSortKey)
    };
    let partition_key = key(partition_key, quote!(#private::Inert));
    let sort_key = key(sort_key, no_sort_key);
    let (columns_struct, columns) = columns(source, &private);
    let (indexes_struct, indexes) = indexes(source, &private);

    let name = text(ident);
    quote! {
        const _: () = {
            #columns_struct
            #indexes_struct

            #[automatically_derived]
            #[allow(deprecated)]
            impl #impl_generics #private::Record for #ident #ty_generics #where_clause {
                type PartitionKey = #partition_key;
                type SortKey = #sort_key;
                type Columns = __Columns #ty_generics;
                fn columns() -> Self::Columns {
                    #columns
                }
                type Indexes = __Indexes #ty_generics;
                fn indexes() -> Self::Indexes {
                    #indexes
                }
                const SCHEMA: &'static #private::Schema =
                    &#private::Schema::new(#name, "", &[], false);
                fn write(&self, _: &mut #private::ItemWriter) -> #private::Result<()> {
                    #private::Inert::refuse()
                }
                fn read(_: &mut #private::ItemReader) -> #private::Result<Self> {
                    #private::Inert::refuse()
                }
            }
        };
    }
}

/// The struct of the columns, and a value of it. A column has the type of its field, so that what is
/// compared with it is checked as it will be. One that holds a secret takes anything, since it may be
/// what is in error, and so does one whose type means nothing outside the struct.
fn columns(source: &Source<'_>, private: &Private) -> (TokenStream, TokenStream) {
    let (ident, generics) = (&source.input.ident, &source.input.generics);
    let (_, ty_generics, _) = generics.split_for_impl();
    let stored: Vec<&SourceField<'_>> =
        source.fields().iter().filter(|field| field.attrs.skip.is_none()).collect();
    let types = stored.iter().map(|field| {
        let (name, vis) = (field.ident, field.vis);
        let is_clear = !is_secret(field)
            && field.attrs.with.is_none()
            && field.attrs.managed().next().is_none();
        let column = match known_type(source, field) {
            None => quote!(#private::Inert, #private::Inert),
            Some(ty) if is_clear => quote!(#ty, #private::expr::Clear),
            Some(ty) => quote!(#ty, #private::Inert),
        };
        quote!(#vis #name: #private::Column<#ident #ty_generics, #column>)
    });
    let values = stored.iter().enumerate().map(|(number, field)| {
        let (name, number) = (field.ident, Literal::usize_unsuffixed(number));
        quote!(#name: #private::Column::new(#number))
    });
    (handles(source, &quote!(__Columns), types), value(&quote!(__Columns), values))
}

/// The struct of the indexes, and a value of it. They are looked up by anything.
fn indexes(source: &Source<'_>, private: &Private) -> (TokenStream, TokenStream) {
    let (ident, generics) = (&source.input.ident, &source.input.generics);
    let (_, ty_generics, _) = generics.split_for_impl();
    let mut names = Vec::new();
    for index in &source.attrs.indexes {
        if names.iter().all(|name| text(name) != text(&index.ident)) {
            names.push(index.ident.clone());
        }
    }
    let types = names.iter().map(|name| {
        quote!(pub #name: #private::Index<#ident #ty_generics, #private::Inert, #private::Inert>)
    });
    let values = names.iter().map(|name| quote!(#name: #private::Index::new(0)));
    (handles(source, &quote!(__Indexes), types), value(&quote!(__Indexes), values))
}

fn handles(
    source: &Source<'_>,
    name: &TokenStream,
    fields: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let (ident, generics) = (&source.input.ident, &source.input.generics);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[allow(warnings, clippy::all, clippy::pedantic)]
        pub struct #name #impl_generics #where_clause {
            #(#fields,)*
            __record: ::core::marker::PhantomData<fn() -> #ident #ty_generics>,
        }
    }
}

fn value(name: &TokenStream, values: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote!(#name { #(#values,)* __record: ::core::marker::PhantomData })
}

/// The key's own type, so that look-ups by it are checked as they will be, unless it is part of what
/// is wrong.
fn plain_type<'a>(source: &Source<'a>, field: &SourceField<'a>) -> Option<&'a Type> {
    known_type(source, field).filter(|_| !is_secret(field))
}

fn is_secret(field: &SourceField<'_>) -> bool {
    field.attrs.encrypted.is_some()
        || field.attrs.sensitive.is_some()
        || tokens::mentions(field.ty, &["Secret"])
}

/// The field's own type, where it stands for the same outside the struct.
fn known_type<'a>(source: &Source<'a>, field: &SourceField<'a>) -> Option<&'a Type> {
    let generics = &source.input.generics;
    let params: Vec<String> = generics
        .type_params()
        .map(|param| text(&param.ident))
        .chain(generics.const_params().map(|param| text(&param.ident)))
        .chain(["Self".to_owned()])
        .collect();
    let lifetimes: Vec<String> =
        generics.lifetimes().map(|param| text(&param.lifetime.ident)).collect();
    let unusable = tokens::mentions(field.ty, &params) || tokens::borrows(field.ty, &lifetimes);
    (!unusable).then_some(field.ty)
}
