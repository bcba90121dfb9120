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

/// Documented.
#[derive(Debug, Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "ORDER#{order_id:08}")]
#[dynacrypt(entity = "order", index(by_status, partition_key = status, sort_key = r#type))]
pub struct Order<T> {
    #[dynacrypt(owner)]
    user_id: String,
    order_id: u32,
    #[deprecated]
    status: Option<String>,
    r#type: u8,
    value: T,
    #[dynacrypt(version)]
    version: u64,
    #[dynacrypt(ttl)]
    expires: Option<u64>,
    #[dynacrypt(created)]
    created: Option<u64>,
    #[dynacrypt(updated)]
    updated: Option<u64>,
}

/// Documented.
#[derive(Debug, dynacrypt::Projection)]
#[dynacrypt(record = Order<u8>)]
pub struct Line {
    /// Documented.
    pub order_id: u32,
    r#type: u8,
    #[dynacrypt(default)]
    version: u64,
}

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

    assert_eq!(Order::<u8>::SCHEMA.indexes().len(), 1);
    let attributes = <Line as dynacrypt::Projection>::attributes();
    assert_eq!(attributes, ["_dc", "pk", "sk", "entity", "type", "version"]);
    let parts = |line: Line| (line.order_id, line.r#type, line.version);
    assert_eq!(size_of_val(&parts), 0);

    // Inside a function, where an implementation is local to what it is for.
    #[derive(Debug, Record)]
    #[dynacrypt(table = "local")]
    struct Local {
        #[dynacrypt(partition_key)]
        id: u32,
    }
    assert_eq!(Local::SCHEMA.table(), "local");
}
