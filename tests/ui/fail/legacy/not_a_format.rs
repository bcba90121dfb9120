// What a field was stored as before is a format, and a `String` is none; nor is an alias of one.
use dynacrypt::{Record, Secret};

type Old = String;

#[derive(Record)]
#[dynacrypt(table = "users")]
struct User {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted(legacy = Old)]
    ssn: Secret<String>,
}

fn main() {}
