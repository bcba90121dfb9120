// `#[encrypted(…)]` says what the field was before, and nothing else.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted(pad = 32)]
    ssn: Secret<String>,
    #[encrypted = "yes"]
    pin: Secret<String>,
    #[sensitive(always)]
    code: Secret<String>,
}

fn main() {}
