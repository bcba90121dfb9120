// Nor can an import under another name.
use dynacrypt::{Record, Secret as Plain};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    ssn: Plain<String>,
}

fn main() {}
