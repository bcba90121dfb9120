// What is sealed must be written and read back.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted]
    ssn: Secret<Ssn>,
}

#[derive(zeroize::Zeroize)]
struct Ssn(String);

fn main() {}
