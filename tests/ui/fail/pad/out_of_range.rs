// A block is of 2 to 4096 bytes.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted]
    #[dynacrypt(pad = 1)]
    a: Secret<String>,
    #[encrypted]
    #[dynacrypt(pad = 4097)]
    b: Secret<String>,
    #[encrypted]
    #[dynacrypt(pad = 99999999999999999999999)]
    c: Secret<String>,
}

fn main() {}
