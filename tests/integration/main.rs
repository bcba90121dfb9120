//! The integration suite: the same tests on whichever servers the environment names (see
//! CONTRIBUTING.md), by default on a fresh embedded database for each test and the local key
//! provider. Tests that need KMS are ignored where there is none.

#![allow(
    clippy::items_after_statements,
    clippy::struct_field_names,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::similar_names,
    clippy::many_single_char_names,
    clippy::too_many_lines,
    reason = "a test that cannot go on fails"
)]

mod attacks;
mod audits;
mod batches;
mod cli;
mod conditions;
mod evolution;
mod faults;
mod field_attacks;
mod indexes;
mod interrupted;
mod keep_unknown;
mod kms;
mod leaks;
mod legacy;
mod migrate;
mod operations;
mod owners;
mod pages;
mod policies;
mod projections;
mod properties;
mod queries;
mod ranges;
mod roundtrip;
mod scans;
mod streams;
mod templates;
mod tenants;
mod transactions;
mod type_errors;
mod types;
mod updates;
mod vectors;
mod versions;
mod world;

/// Says in the output which servers this run is about.
#[test]
fn backends() {
    let backend = dynacrypt::testing::TestBackend::from_env().expect("backend");
    println!("running on {backend}");
    assert!(!backend.dynamodb_backend().is_empty());
}
