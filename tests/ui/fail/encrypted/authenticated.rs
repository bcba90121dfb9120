// What is encrypted is authenticated already.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted]
    #[dynacrypt(authenticated)]
    ssn: Secret<String>,
}

fn main() {}
