// The short and the long form are the same attribute.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted]
    #[dynacrypt(encrypted)]
    ssn: Secret<String>,
}

fn main() {}
