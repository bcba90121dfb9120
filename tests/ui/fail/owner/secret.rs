// A secret cannot be the owner, whatever the field says.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(owner)]
    email: Secret<String>,
}

fn main() {}
