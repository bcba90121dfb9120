// A secret cannot be a key, whatever the field says.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    email: Secret<String>,
}

fn main() {}
