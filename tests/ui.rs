//! What does not compile, and how it says so; and what does. Never run time behaviour beyond what a
//! record's schema says.
//!
//! A changed message is accepted with `TRYBUILD=overwrite cargo test --test ui`, and then read: one
//! error a mistake, the arrow on what the user wrote.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/fail/**/*.rs");
    cases.pass("tests/ui/pass/**/*.rs");
}
