//! What does not compile, and how it says so. What does is in `tests/pass`.
//!
//! A changed message is accepted with `TRYBUILD=overwrite cargo test --test ui`, and then read: one
//! error a mistake, the arrow on what the user wrote.

// There are no `pass` cases here: with none, trybuild checks and never links, which is most of the time and of the disk.
#[test]
fn ui() {
    trybuild::TestCases::new().compile_fail("tests/ui/fail/**/*.rs");
}
