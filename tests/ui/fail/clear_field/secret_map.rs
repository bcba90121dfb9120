// Secrets inside a map, behind an alias.
use std::collections::HashMap;

use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    codes: HashMap<String, Code>,
}

type Code = Option<Secret<String>>;

fn main() {}
