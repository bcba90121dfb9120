//! A checked record to its implementation of `Record`. It never reports an error, and it names
//! nothing but `::core`, the facade's hidden module and what the user wrote.

mod bounds;
mod columns;
mod fields;
mod indexes;
mod keys;
mod schema;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::DeriveInput;

use crate::ast::Record;
use crate::check;
use crate::diag::Diag;
use crate::fallback;
use crate::source::Source;

/// The whole of the derive.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let diag = Diag::new();
    let source = Source::parse(&input, &diag);
    let record = check::record(&source, &diag);
    match (diag.finish(), record) {
        (Ok(()), Some(record)) => implementation(&record),
        (Ok(()), None) => fallback::inert(&source),
        (Err(errors), _) => {
            let errors = errors.into_compile_error();
            let inert = fallback::inert(&source);
            quote!(#errors #inert)
        }
    }
}

fn implementation(record: &Record<'_>) -> TokenStream {
    let Record { private, ident, .. } = record;
    let generics = bounds::generics(record);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();

    let markers = keys::markers(record);
    let partition_key = schema::partition_key_type(record);
    let sort_key = schema::sort_key_type(record);
    let schema = schema::schema(record);
    let evaluated = schema::evaluated(record);
    let (write, read) = (fields::write(record), fields::read(record));
    let stamp = fields::stamp(record);
    let (columns_struct, columns) = (columns::definition(record), columns::items(record));
    let (indexes_struct, indexes) = (indexes::definition(record), indexes::items(record));
    // rustc takes bounds of a derived impl for bounds on its parameters, and advises against them.
    // Ours are on fields: let it see an impl that is not derived.
    let at = ident.span();
    let private_at = private.at(at);
    let record_trait = quote_spanned!(at=> #private_at::Record);
    let allow = schema::allow_deprecated(record);
    // The user's bounds and ours may be on one parameter.
    let allow_bounds =
        (!generics.params.is_empty()).then(|| quote!(#[allow(clippy::type_repetition_in_bounds)]));

    quote! {
        const _: () = {
            #markers
            #columns_struct
            #indexes_struct

            #[automatically_derived]
            #allow
            #allow_bounds
            impl #impl_generics #record_trait for #ident #ty_generics #where_clause {
                type PartitionKey = #partition_key;
                type SortKey = #sort_key;
                #columns
                #indexes
                const SCHEMA: &'static #private::Schema = #schema;
                #write
                #read
                #stamp
            }
            #evaluated
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expansion(input: TokenStream) -> String {
        derive(input).to_string()
    }

    #[test]
    fn a_record_is_implemented_once_and_without_errors() {
        let code = expansion(quote! {
            #[dynacrypt(table = "profiles")]
            struct Profile {
                #[dynacrypt(partition_key)]
                user_id: String,
            }
        });
        assert!(!code.contains("compile_error"), "{code}");
        assert_eq!(code.matches("Record for Profile").count(), 1, "{code}");
        assert!(!code.contains("Inert"), "{code}");
    }

    #[test]
    fn what_is_in_error_is_implemented_too_so_that_nothing_follows_from_it() {
        for input in [
            quote!(
                enum Event {
                    A,
                    B,
                }
            ),
            quote!(union Event { a: u8 }),
            quote!(
                struct Event(String);
            ),
            quote!(
                struct Event;
            ),
            quote!(
                struct Event<'a, T: Copy = u8>
                where
                    T: Send,
                {
                    #[dynacrypt(nothing)]
                    a: &'a T,
                }
            ),
        ] {
            let code = expansion(input);
            assert!(code.contains(":: core :: compile_error"), "{code}");
            assert_eq!(code.matches("Record for Event").count(), 1, "{code}");
            assert!(code.contains("Inert :: refuse"), "{code}");
        }
    }

    #[test]
    fn every_error_is_reported() {
        let code = expansion(quote! {
            #[dynacrypt(tabel = "t", whole, whole)]
            struct Profile {
                #[dynacrypt(partition_key, sort_key)]
                a: String,
                #[sensitive]
                b: String,
                #[dynacrypt(rename = "a", nothing, pad = 1)]
                c: String,
            }
        });
        // `tabel`, the second `whole`, `sort_key`, `sensitive`, `nothing`, `pad`, the name.
        assert_eq!(code.matches("compile_error").count(), 7, "{code}");
    }
}
