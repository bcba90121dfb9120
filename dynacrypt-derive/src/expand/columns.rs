//! The struct of a record's columns: one for each stored field, under its name and with its
//! visibility. It holds no value.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::schema::allow_deprecated;
use crate::ast::{InKey, Kind, Managed, Record, Role, Stored};
use crate::tokens;

/// The struct. It stands where the record's implementation does, beyond the reach of other code.
pub(super) fn definition(record: &Record<'_>) -> TokenStream {
    let Record { private, ident, generics, .. } = record;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let this = quote!(#ident #ty_generics);
    let fields = record.fields.iter().filter_map(|field| {
        let (name, vis) = (field.ident, field.vis);
        let ty = tokens::without_self(field.ty, &this);
        let protection = match &field.role {
            Role::Skipped(_) => return None,
            Role::InKey(InKey { first, .. }) => {
                let number = Literal::usize_unsuffixed(first.number);
                quote!(#private::expr::InKey<#number>)
            }
            Role::Stored(stored) => protection(record, stored),
        };
        Some(quote!(#vis #name: #private::Column<#ident #ty_generics, #ty, #protection>))
    });
    let allow = allow_deprecated(record);
    // A column is as visible as its field, whatever its type, and nobody has to use it.
    quote! {
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
        pub struct __Columns #impl_generics #where_clause {
            #(#fields,)*
        }
    }
}

/// The items of the record's implementation that speak of it.
pub(super) fn items(record: &Record<'_>) -> TokenStream {
    let Record { private, generics, .. } = record;
    let (_, ty_generics, _) = generics.split_for_impl();
    let fields = record.fields.iter().filter_map(|field| {
        let name = field.ident;
        let index = Literal::usize_unsuffixed(match &field.role {
            Role::Skipped(_) => return None,
            Role::InKey(InKey { first, .. }) => first.attribute,
            Role::Stored(stored) => stored.index,
        });
        Some(quote!(#name: #private::Column::new(#index)))
    });
    quote! {
        type Columns = __Columns #ty_generics;
        fn columns() -> Self::Columns {
            __Columns { #(#fields,)* }
        }
    }
}

fn protection(record: &Record<'_>, stored: &Stored) -> TokenStream {
    let private = &record.private;
    match stored.kind {
        Kind::PartitionKey { .. } | Kind::SortKey { .. } => quote!(#private::expr::Key),
        Kind::Owner | Kind::Authenticated => quote!(#private::expr::Authenticated),
        Kind::Clear if stored.indexed => quote!(#private::expr::Indexed),
        Kind::Clear => {
            if let Some(codec) = &stored.codec {
                quote!(#private::expr::Coded<#codec>)
            } else {
                quote!(#private::expr::Clear)
            }
        }
        Kind::Encrypted if record.whole => quote!(#private::expr::Whole),
        Kind::Encrypted => quote!(#private::expr::Encrypted),
        Kind::Managed(Managed::Version) => quote!(#private::expr::Managed),
        Kind::Managed(Managed::Ttl) => quote!(#private::expr::Ttl),
        Kind::Managed(Managed::Created | Managed::Updated) => quote!(#private::expr::ManagedTime),
    }
}
