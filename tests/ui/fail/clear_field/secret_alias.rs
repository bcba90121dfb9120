// An alias cannot hide a secret.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    ssn: Ssn,
}

type Ssn = Secret<String>;

fn main() {}
