// The owner is compared before anything is opened.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(owner, encrypted)]
    email: Secret<String>,
}

fn main() {}
