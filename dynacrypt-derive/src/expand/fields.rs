//! `write` and `read`: each field through the trait of its kind. It never touches a value itself.
//!
//! Every trait is asked as `<FieldType as Trait>::method`. rustc puts its arrow on the type there,
//! which is made of the user's own tokens, and it drops the second of two equal errors: so a bad
//! field is one error, on the user's type.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use super::keys;
use crate::ast::{Field, Kind, Managed, Record, Role, Stored};
use crate::attr::DefaultFrom;

pub(super) fn write(record: &Record<'_>) -> TokenStream {
    let private = &record.private;
    let made = keys::write(record);
    let fields = record.stored().map(|(field, stored)| {
        let (ident, ty) = (field.ident, field.ty);
        let index = Literal::usize_unsuffixed(stored.index);
        match stored.kind {
            // The key's type is judged where the record names it.
            Kind::PartitionKey { .. } => quote! {
                #private::ItemWriter::partition_key::<Self>(__out, &self.#ident, #index)?;
            },
            Kind::SortKey { .. } => quote! {
                #private::ItemWriter::sort_key::<Self>(__out, &self.#ident, #index)?;
            },
            _ => {
                let as_field = field_trait(record, stored);
                let write = match stored.kind {
                    Kind::Managed(Managed::Created) => quote!(write_created),
                    Kind::Managed(Managed::Updated) => quote!(write_updated),
                    _ => quote!(write),
                };
                quote!(<#ty as #as_field>::#write(&self.#ident, __out, #index)?;)
            }
        }
    });
    quote! {
        fn write(&self, __out: &mut #private::ItemWriter) -> #private::Result<()> {
            #made
            #(#fields)*
            ::core::result::Result::Ok(())
        }
    }
}

pub(super) fn read(record: &Record<'_>) -> TokenStream {
    let private = &record.private;
    let fields = record.fields.iter().map(|field| {
        let ident = field.ident;
        let value = match &field.role {
            Role::Skipped(default) => default_value(field, default),
            Role::InKey(in_key) => keys::read_field(record, field, *in_key),
            Role::Stored(stored) => stored_value(record, field, stored),
        };
        quote!(#ident: #value)
    });
    let constants = keys::read_constants(record);
    quote! {
        fn read(__from: &mut #private::ItemReader) -> #private::Result<Self> {
            #constants
            ::core::result::Result::Ok(Self { #(#fields,)* })
        }
    }
}

fn stored_value(record: &Record<'_>, field: &Field<'_>, stored: &Stored) -> TokenStream {
    let (private, ty) = (&record.private, field.ty);
    let index = Literal::usize_unsuffixed(stored.index);
    let read = match stored.kind {
        Kind::PartitionKey { .. } => {
            quote!(#private::ItemReader::partition_key::<Self>(__from, #index)?)
        }
        Kind::SortKey { .. } => quote!(#private::ItemReader::sort_key::<Self>(__from, #index)?),
        _ => {
            let as_field = field_trait(record, stored);
            quote!(<#ty as #as_field>::read(__from, #index)?)
        }
    };
    match &stored.default {
        None => read,
        Some(default) => {
            let default = default_value(field, default);
            quote!(if #private::ItemReader::has(__from, #index) { #read } else { #default })
        }
    }
}

fn default_value(field: &Field<'_>, default: &DefaultFrom) -> TokenStream {
    let ty = field.ty;
    match default {
        DefaultFrom::Type => quote!(<#ty as ::core::default::Default>::default()),
        // A function of another type is reported as such, at its path.
        DefaultFrom::Path(path) => quote!({
            let __default: fn() -> #ty = #path;
            __default()
        }),
    }
}

/// The trait that decides whether a type may stand in a field outside the key.
fn field_trait(record: &Record<'_>, stored: &Stored) -> TokenStream {
    let private = &record.private;
    match stored.kind {
        Kind::PartitionKey { .. } | Kind::SortKey { .. } => quote!(#private::KeyAttribute),
        Kind::Owner => quote!(#private::OwnerField),
        Kind::Authenticated => quote!(#private::AuthenticatedField),
        Kind::Clear if stored.indexed => quote!(#private::IndexField),
        Kind::Clear => {
            if let Some(codec) = &stored.codec {
                quote!(#private::CodedField<#codec>)
            } else {
                quote!(#private::ClearField)
            }
        }
        Kind::Encrypted => quote!(#private::EncryptedField),
        Kind::Managed(managed) => managed_trait(private, managed),
    }
}

/// The same for a field that the mapper itself reads or writes.
pub(super) fn managed_trait(private: impl ToTokens, managed: Managed) -> TokenStream {
    match managed {
        Managed::Version => quote!(#private::VersionField),
        Managed::Ttl => quote!(#private::TtlField),
        Managed::Created | Managed::Updated => quote!(#private::TimeField),
    }
}

/// Sets in the struct what the repository set in the item.
pub(super) fn stamp(record: &Record<'_>) -> Option<TokenStream> {
    let private = &record.private;
    let mut fields = record.stored().filter_map(|(field, stored)| {
        let (ident, ty) = (field.ident, field.ty);
        let Kind::Managed(managed) = stored.kind else { return None };
        let as_field = managed_trait(private, managed);
        Some(match managed {
            Managed::Version => quote!(<#ty as #as_field>::stamp(&mut self.#ident);),
            Managed::Ttl => return None,
            Managed::Created => {
                quote!(<#ty as #as_field>::stamp_created(&mut self.#ident, __stamp);)
            }
            Managed::Updated => {
                quote!(<#ty as #as_field>::stamp_updated(&mut self.#ident, __stamp);)
            }
        })
    });
    let first = fields.next()?;
    Some(quote! {
        #[allow(unused_variables)]
        fn stamp(&mut self, __stamp: &#private::Stamp) {
            #first
            #(#fields)*
        }
    })
}
