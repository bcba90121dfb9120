// `r#` is Rust's, not the table's. Fields may be called what the generated code might call its own.
#![allow(non_camel_case_types)]

use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "things")]
struct r#struct {
    #[dynacrypt(partition_key)]
    r#type: String,
    #[encrypted]
    r#fn: Secret<String>,
    #[dynacrypt(r#authenticated)]
    r#match: bool,
    self_: u8,
    out: u8,
    from: u8,
    field: u8,
    __out: u8,
    __from: u8,
}

#[::core::prelude::v1::test]
fn passes() {
    let names: Vec<&str> = r#struct::SCHEMA.fields().iter().map(|field| field.name()).collect();
    assert_eq!(names, ["type", "fn", "match", "self_", "out", "from", "field", "__out", "__from"]);
    assert_eq!(r#struct::SCHEMA.record(), "struct");
}
