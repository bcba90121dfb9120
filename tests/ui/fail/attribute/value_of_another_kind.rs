// What is expected is shown.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = 3, crate = 4)]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(rename = name)]
    name: String,
    #[encrypted]
    #[dynacrypt(pad = "32")]
    ssn: Secret<String>,
    #[dynacrypt(default = 3)]
    city: String,
}

fn main() {}
