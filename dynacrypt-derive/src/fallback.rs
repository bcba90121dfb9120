//! What is emitted beside errors: an implementation that lets uses of the record compile, so that
//! they add no errors of their own. It never panics and never stores anything: its methods refuse.

use proc_macro2::TokenStream;
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
    let partition_key = key(partition_key, quote!(#private::Inert));
    let sort_key = key(sort_key, quote!(#private::NoSortKey));

    let name = text(ident);
    quote! {
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated)]
            impl #impl_generics #private::Record for #ident #ty_generics #where_clause {
                type PartitionKey = #partition_key;
                type SortKey = #sort_key;
                type Columns = #private::Inert;
                fn columns() -> #private::Inert {
                    #private::Inert::columns()
                }
                type Indexes = #private::Inert;
                fn indexes() -> #private::Inert {
                    #private::Inert::columns()
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

/// The key's own type, so that look-ups by it are checked as they will be, unless it is part of
/// what is wrong.
fn plain_type<'a>(source: &Source<'a>, field: &SourceField<'a>) -> Option<&'a Type> {
    let generics = &source.input.generics;
    let params: Vec<String> = generics
        .type_params()
        .map(|param| text(&param.ident))
        .chain(generics.const_params().map(|param| text(&param.ident)))
        .chain(["Self".to_owned()])
        .collect();
    let lifetimes: Vec<String> =
        generics.lifetimes().map(|param| text(&param.lifetime.ident)).collect();
    let secret = field.attrs.encrypted.is_some() || field.attrs.sensitive.is_some();
    let unusable =
        secret || tokens::mentions(field.ty, &params) || tokens::borrows(field.ty, &lifetimes);
    (!unusable).then_some(field.ty)
}
