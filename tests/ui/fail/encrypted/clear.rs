// One or the other.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted]
    #[dynacrypt(clear)]
    ssn: Secret<String>,
}

fn main() {}
