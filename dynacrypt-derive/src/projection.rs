//! The derive of `Projection`: a struct whose fields are read through the columns of a record. It never
//! judges a name or a type; the columns do, with the arrow on the user's field.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Type};

use crate::attr::DefaultFrom;
use crate::attr::meta::text;
use crate::attr::projection::{ProjectedAttrs, ProjectionAttrs};
use crate::crate_path::Private;
use crate::diag::Diag;

/// One field, and the record's field that it is read from.
struct Projected<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    from: Ident,
    default: Option<DefaultFrom>,
}

/// The whole of the derive.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let diag = Diag::new();
    let attrs = ProjectionAttrs::parse(&input.attrs, &diag);
    let fields = fields(&input, &diag);
    if attrs.record.is_none() {
        diag.at(
            input.ident.span(),
            "no record: expected `#[dynacrypt(record = …)]` on the struct, with the record that it is \
             a part of",
        );
    }
    let private = Private::of(attrs.krate.as_ref().map(|given| &given.value));
    let record = attrs.record.map(|given| given.value);
    match (diag.finish(), record) {
        (Ok(()), Some(record)) => implementation(&input, &private, &record, &fields),
        (Ok(()), None) => TokenStream::new(),
        (Err(errors), record) => {
            let errors = errors.into_compile_error();
            let inert = record.map(|record| inert(&input, &private, &record));
            quote!(#errors #inert)
        }
    }
}

fn fields<'a>(input: &'a DeriveInput, diag: &Diag) -> Vec<Projected<'a>> {
    let Data::Struct(syn::DataStruct { fields: Fields::Named(named), .. }) = &input.data else {
        diag.at(
            input.ident.span(),
            "a projection is a struct with named fields, those of the record that it reads\n\
             write `struct OrderLine { order_id: u32, … }`",
        );
        return Vec::new();
    };
    let mut fields: Vec<Projected<'a>> = Vec::new();
    for field in &named.named {
        let Some(ident) = &field.ident else { continue };
        let ProjectedAttrs { from, default } = ProjectedAttrs::parse(&field.attrs, diag);
        let from = from.map_or_else(|| ident.clone(), |given| given.value);
        if let Some(other) = fields.iter().find(|other| text(&other.from) == text(&from)) {
            diag.at(
                from.span(),
                format!("field `{}` reads `{}` already", text(other.ident), text(&from)),
            );
        }
        let default = default.map(|given| given.value);
        fields.push(Projected { ident, ty: &field.ty, from, default });
    }
    fields
}

fn implementation(
    input: &DeriveInput,
    private: &Private,
    record: &Type,
    fields: &[Projected<'_>],
) -> TokenStream {
    let ident = &input.ident;
    // A clause that there is such a record would hide what its columns are.
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let numbers = fields.iter().map(|field| {
        let from = &field.from;
        quote!(#private::Column::number(__columns.#from))
    });
    let count = fields.len();
    let reads = fields.iter().map(|field| read(private, field));
    // The associated type is judged where it is given, and here assumed.
    let columns = quote!(<<Self as #private::Projection>::Record as #private::Record>::columns());
    let (with_columns, unused) = if fields.is_empty() {
        (None, quote!(_))
    } else {
        (Some(quote!(let __columns = #columns;)), quote!(__from))
    };
    quote! {
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::Projection for #ident #ty_generics #where_clause {
                type Record = #record;
                fn fields() -> #private::Vec<::core::primitive::usize> {
                    #with_columns
                    <#private::Vec<_> as ::core::convert::From<[::core::primitive::usize; #count]>>::from(
                        [#(#numbers),*]
                    )
                }
                fn read(#unused: &mut #private::ItemReader) -> #private::Result<Self> {
                    #with_columns
                    ::core::result::Result::Ok(Self { #(#reads,)* })
                }
            }
        };
    }
}

/// `field: value`
fn read(private: &Private, field: &Projected<'_>) -> TokenStream {
    let Projected { ident, ty, from, default } = field;
    let at = ty.span();
    let private_at = private.at(at);
    let read = quote_spanned!(at=> #private_at::expr::project::<#ty, _>(__columns.#from, __from)?);
    let Some(default) = default else { return quote!(#ident: #read) };
    let default = match default {
        DefaultFrom::Type => quote!(<#ty as ::core::default::Default>::default()),
        DefaultFrom::Path(path) => quote!({
            let __default: fn() -> #ty = #path;
            __default()
        }),
    };
    quote! {
        #ident: if #private::Column::is_held(__columns.#from, __from) { #read } else { #default }
    }
}

/// What is emitted beside errors, so that uses of the projection add none.
fn inert(input: &DeriveInput, private: &Private, record: &Type) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #private::Projection for #ident #ty_generics #where_clause {
                type Record = #record;
                fn fields() -> #private::Vec<::core::primitive::usize> {
                    #private::Vec::new()
                }
                fn read(_: &mut #private::ItemReader) -> #private::Result<Self> {
                    #private::Inert::refuse()
                }
            }
        };
    }
}
