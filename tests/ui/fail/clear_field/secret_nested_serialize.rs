// Deriving `Serialize` for the struct around the secret does not help.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    identity: Identity,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Identity {
    ssn: Secret<String>,
}

fn main() {}
