// A secret in a field that nobody marked.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    ssn: Secret<String>,
}

fn main() {}
