// Secrets inside a `Vec`.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    codes: Vec<Secret<String>>,
}

fn main() {}
