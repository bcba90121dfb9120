//! Profiles.

fn main() {}
