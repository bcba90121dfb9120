// A set comes back in another order.
use std::collections::HashSet;

use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(authenticated)]
    roles: HashSet<String>,
}

fn main() {}
