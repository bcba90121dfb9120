// An authenticated field is stored in the clear.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(authenticated)]
    ssn: Secret<String>,
}

fn main() {}
