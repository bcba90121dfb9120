// A secret inside an `Option`.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    ssn: Option<Secret<String>>,
}

fn main() {}
