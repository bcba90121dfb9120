// A misspelling is recognized, and does not also count as missing.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(tabel = "profiles")]
struct Profile {
    #[dynacrypt(partiton_key)]
    user_id: String,
    #[dynacrypt(encypted)]
    ssn: Secret<String>,
}

fn main() {}
