use dynacrypt::codec::AsScalar;
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(with = AsScalar)]
    ssn: Secret<String>,
}

fn main() {}
