// Equal bound names would be equal nonces.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted]
    ssn: Secret<String>,
    #[encrypted]
    #[dynacrypt(aad_name = "ssn")]
    old_ssn: Secret<String>,
    #[dynacrypt(authenticated, aad_name = "user_id")]
    role: String,
}

fn main() {}
