// A sensitive field must not be stored in the clear.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[sensitive]
    ssn: Secret<String>,
}

fn main() {}
