// A secret in a field that somebody marked `clear`.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(clear)]
    ssn: Secret<String>,
}

fn main() {}
