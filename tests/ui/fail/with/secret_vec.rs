use dynacrypt::codec::AsSet;
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(with = AsSet)]
    codes: Vec<Secret<String>>,
}

fn main() {}
