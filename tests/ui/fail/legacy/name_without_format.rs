// A name of an old form, and no form.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "users")]
struct User {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted(legacy_name = "ssn_enc")]
    ssn: Secret<String>,
}

fn main() {}
