use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    #[dynacrypt(null)]
    ssn: Option<Secret<String>>,
}

fn main() {}
