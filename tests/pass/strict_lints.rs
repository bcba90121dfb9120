// A crate that denies whatever it can.
#![deny(warnings, missing_docs, unused, nonstandard_style, rust_2018_idioms)]
#![deny(
    unused_qualifications,
    unreachable_pub,
    missing_debug_implementations,
    unused_results,
    unused_lifetimes
)]
#![deny(
    single_use_lifetimes,
    trivial_casts,
    variant_size_differences,
    let_underscore_drop,
    non_local_definitions
)]
#![forbid(unsafe_code)]
// Nothing in a test can be reached from outside it; `tests/hygiene` denies this one.
#![allow(unreachable_pub)]
//! Documented.

use dynacrypt::record::{ClearField, FieldSpec, KeyAttribute, Schema};
use dynacrypt::{Record, Secret};

/// Documented.
#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
pub struct Profile<T> {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    ssn: Secret<String>,
    extra: Vec<T>,
    /// Documented.
    #[deprecated = "for testing"]
    pub old: String,
    #[deprecated]
    #[encrypted]
    old_ssn: Secret<String>,
}

#[derive(Record)]
#[dynacrypt(table = "profiles", crate = dynacrypt)]
#[deprecated]
struct Old {
    #[dynacrypt(partition_key)]
    user_id: String,
}

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
pub(crate) struct Crate {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[allow(deprecated)]
    extra: Type,
}

#[deprecated]
type Type = String;

#[::core::prelude::v1::test]
fn passes() {
    fn uses<T: ClearField, K: KeyAttribute>(_: &Schema, _: &FieldSpec) {}
    let schema = Profile::<u8>::SCHEMA;
    uses::<u8, String>(schema, &schema.fields()[0]);
    assert_eq!(schema.fields().len(), 5);
    assert_eq!(Crate::SCHEMA.fields().len(), 2);
    #[allow(deprecated)]
    let old = Old::SCHEMA;
    assert_eq!(old.fields().len(), 1);

    // Inside a function, where an implementation is local to what it is for.
    #[derive(Debug, Record)]
    #[dynacrypt(table = "local")]
    struct Local {
        #[dynacrypt(partition_key)]
        id: u32,
    }
    assert_eq!(Local::SCHEMA.table(), "local");
}
