// Keys are stored in the clear.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted]
    #[dynacrypt(sort_key)]
    email: Secret<String>,
}

fn main() {}
