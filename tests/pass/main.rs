//! What compiles: one module a feature of the derive, each looking at the schema that came of it.
//! Never seals or stores anything. What must not compile is in `tests/ui`.

// The modules are written as users write, and those that deny lints say so themselves.
#![allow(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod aliases;
mod bound_names;
mod cfg;
mod codecs;
mod every_attribute;
mod explicit;
mod generics;
mod indexes;
mod key_templates;
mod legacy;
mod macro_written;
mod managed;
mod no_implicit_prelude;
mod nonces;
mod other_derives;
mod own_methods;
mod own_names;
mod own_scalar;
mod owned_cow;
mod owner_beside_the_key;
mod projections;
mod raw_identifiers;
mod rename_all;
mod renamed_crate;
mod strict_lints;
