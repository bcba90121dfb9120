//! The derive macros of `dynacrypt`. Depend on `dynacrypt`, which re-exports them; this crate never
//! stands alone.
//!
//! This file only registers them. The stages of `Record`, each of which sees only what the one before made:
//! attributes (`attr`) → a struct with its attributes (`source`) → a checked record (`check`,
//! `ast`) → code (`expand`). Errors are collected (`diag`); where there are any, inert code
//! (`fallback`) takes the place of the record's.

mod ast;
mod attr;
mod case;
mod check;
mod crate_path;
mod diag;
mod expand;
mod fallback;
mod nonce;
mod projection;
mod source;
mod template;
mod tokens;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/record.md")]
#[proc_macro_derive(Record, attributes(dynacrypt, encrypted, sensitive))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    expand::derive(input.into()).into()
}

#[doc = include_str!("../docs/projection.md")]
#[proc_macro_derive(Projection, attributes(dynacrypt))]
pub fn derive_projection(input: TokenStream) -> TokenStream {
    projection::derive(input.into()).into()
}
