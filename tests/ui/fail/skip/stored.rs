// What is skipped is not stored in any way.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted]
    #[dynacrypt(skip)]
    a: Secret<String>,
    #[dynacrypt(skip, sort_key)]
    b: String,
    #[dynacrypt(skip, owner)]
    c: String,
    #[dynacrypt(skip, clear)]
    d: String,
    #[dynacrypt(authenticated, skip)]
    e: String,
    #[dynacrypt(skip, rename = "x", aad_name = "y", pad = 8)]
    f: String,
}

fn main() {}
