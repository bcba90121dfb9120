// A secret cannot be a sort key either.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(sort_key)]
    email: Email,
}

type Email = Secret<String>;

fn main() {}
