// Names may be equal where nothing is bound under them, and swapped where something is.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    // A clear field is not bound, so its name is free to be bound by another.
    old_ssn: String,
    #[encrypted]
    #[dynacrypt(aad_name = "old_ssn")]
    ssn: Secret<String>,
    #[encrypted]
    #[dynacrypt(aad_name = "b")]
    a: Secret<String>,
    #[encrypted]
    #[dynacrypt(aad_name = "a")]
    b: Secret<String>,
}

#[::core::prelude::v1::test]
fn passes() {
    let names: Vec<(&str, &str)> = Profile::SCHEMA
        .fields()
        .iter()
        .skip(2)
        .map(|field| (field.name(), field.bound_name()))
        .collect();
    assert_eq!(names, [("ssn", "old_ssn"), ("a", "b"), ("b", "a")]);
}
