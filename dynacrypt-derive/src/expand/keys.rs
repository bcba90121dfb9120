//! Attributes that the struct itself makes: keys by template, and the name of the record type. It
//! never formats a key; the core does, which escapes.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::schema::allow_deprecated;
use crate::ast::{Field, InKey, KeyPart, Piece, Record, Role, Segment, Template};
use crate::tokens;

/// A type for each template, which carries it.
pub(super) fn markers(record: &Record<'_>) -> TokenStream {
    record.templates.iter().map(|template| marker(record, template)).collect()
}

fn marker(record: &Record<'_>, template: &Template) -> TokenStream {
    let Record { private, ident, generics, .. } = record;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let name = marker_name(template.part);
    let allow = allow_deprecated(record);
    let this = quote!(#ident #ty_generics);
    let types = record.fields_of(template).map(|(field, _)| tokens::without_self(field.ty, &this));
    let pieces = template.pieces.iter().map(|piece| match piece {
        Piece::Literal(text) => quote!(#private::Segment::Literal(#text)),
        Piece::Field { name, width } => {
            let width = Literal::usize_unsuffixed(*width);
            quote!(#private::Segment::Field { name: #name, width: #width })
        }
    });
    quote! {
        #allow
        #[allow(
            dead_code,
            missing_docs,
            missing_copy_implementations,
            missing_debug_implementations,
            unreachable_pub,
            clippy::all,
            clippy::pedantic,
            clippy::type_repetition_in_bounds
        )]
        pub struct #name #impl_generics (
            ::core::marker::PhantomData<fn() -> #ident #ty_generics>
        ) #where_clause;

        #[automatically_derived]
        #allow
        impl #impl_generics #private::KeyTemplate for #name #ty_generics #where_clause {
            type Fields = (#(#types,)*);
            const TEMPLATE: #private::Template = #private::Template::new(&[#(#pieces),*]);
        }
    }
}

fn marker_name(part: KeyPart) -> Ident {
    let name = match part {
        KeyPart::Partition => "__PartitionKey",
        KeyPart::Sort => "__SortKey",
    };
    Ident::new(name, Span::call_site())
}

/// The type of a key that a template makes.
pub(super) fn key_type(record: &Record<'_>, part: KeyPart) -> Option<TokenStream> {
    let Record { private, generics, .. } = record;
    let (_, ty_generics, _) = generics.split_for_impl();
    record.template(part).map(|_| {
        let name = marker_name(part);
        quote!(#private::Templated<#name #ty_generics>)
    })
}

/// Entries of the schema, in the order of their numbers.
pub(super) fn specs(record: &Record<'_>) -> Vec<TokenStream> {
    let Record { private, generics, .. } = record;
    let (_, ty_generics, _) = generics.split_for_impl();
    let templates = record.templates.iter().map(|template| {
        let (name, marker) = (&template.name, marker_name(template.part));
        let key = match template.part {
            KeyPart::Partition => quote!(partition_key),
            KeyPart::Sort => quote!(sort_key),
        };
        let owner = owner_in(record, template).map(|number| quote!(.owner_in(#number)));
        quote! {
            #private::FieldSpec::#key::<Self>(#name)
                .made_by(<#marker #ty_generics as #private::KeyTemplate>::TEMPLATE)
                #owner
        }
    });
    let entity = record.entity.iter().map(|entity| {
        let (name, value) = (&entity.name, &entity.value);
        quote!(#private::FieldSpec::new(#name, #private::FieldKind::Entity(#value)))
    });
    templates.chain(entity).collect()
}

/// Where in a template the owner stands. An owner in both keys is compared in the partition key.
fn owner_in(record: &Record<'_>, template: &Template) -> Option<Literal> {
    let owner = record.fields_of(template).find(|(_, in_key)| in_key.owner);
    let (_, InKey { first, .. }) = owner?;
    (first.attribute == template.index).then(|| Literal::usize_unsuffixed(first.number))
}

/// Asks the types of the fields whether they may stand in a template, when the schema is evaluated.
pub(super) fn evaluated(record: &Record<'_>) -> TokenStream {
    let in_keys = record.fields.iter().filter_map(|field| match field.role {
        Role::InKey(in_key) => Some((field.ty, in_key)),
        _ => None,
    });
    let private = &record.private;
    in_keys
        .map(|(ty, in_key)| {
            let at = ty.span();
            let private_at = private.at(at);
            let key = quote!(<#ty as #private::KeyAttribute>::KEY_TYPE);
            let owner = in_key.owner.then(|| {
                let owner = quote!(<#ty as #private::OwnerField>::OWNER_TYPE);
                quote_spanned!(at=> #private_at::Template::takes(#owner);)
            });
            quote_spanned!(at=> #private_at::Template::takes(#key); #owner)
        })
        .collect()
}

/// Writes them.
pub(super) fn write(record: &Record<'_>) -> TokenStream {
    let private = &record.private;
    let templates = record.templates.iter().map(|template| {
        let index = Literal::usize_unsuffixed(template.index);
        let values = record.fields_of(template).map(|(field, _)| {
            let (ident, ty) = (field.ident, field.ty);
            quote!(<#ty as #private::KeyAttribute>::segment(&self.#ident))
        });
        let checks = record.fields_of(template).map(|(field, _)| {
            let (ident, ty) = (field.ident, field.ty);
            quote!(<#ty as #private::KeyAttribute>::check(&self.#ident, __out, #index)?;)
        });
        quote! {
            #(#checks)*
            #private::ItemWriter::template(__out, #index, &[#(#values),*])?;
        }
    });
    let entity = record.entity.iter().map(|entity| {
        let index = Literal::usize_unsuffixed(entity.index);
        quote!(#private::ItemWriter::entity(__out, #index)?;)
    });
    templates.chain(entity).collect()
}

/// Compares the keys from which no field is read with their templates.
pub(super) fn read_constants(record: &Record<'_>) -> TokenStream {
    let private = &record.private;
    let constants = record.templates.iter().filter(|template| template.fields().next().is_none());
    constants
        .map(|template| {
            let index = Literal::usize_unsuffixed(template.index);
            quote!(#private::ItemReader::template(__from, #index)?;)
        })
        .collect()
}

/// The value of a field that stands in the key.
pub(super) fn read_field(record: &Record<'_>, field: &Field<'_>, in_key: InKey) -> TokenStream {
    let (private, ty) = (&record.private, field.ty);
    let place = |segment: Segment| {
        let attribute = Literal::usize_unsuffixed(segment.attribute);
        let number = Literal::usize_unsuffixed(segment.number);
        quote!(#attribute, #number)
    };
    let first = place(in_key.first);
    match in_key.second.map(place) {
        None => quote!(<#ty as #private::KeyAttribute>::read_segment(__from, #first)?),
        Some(second) => quote! {
            <#ty as #private::KeyAttribute>::read_segments(__from, (#first), (#second))?
        },
    }
}
