// A secret inside a struct of the user's own, which therefore cannot be serialized.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    identity: Identity,
}

#[derive(serde::Deserialize)]
struct Identity {
    ssn: Secret<String>,
}

fn main() {}
