// Keys are stored in the clear.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[encrypted]
    #[dynacrypt(partition_key)]
    email: Secret<String>,
}

fn main() {}
