use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    #[dynacrypt(with = dynacrypt::codec::AsScalar)]
    ssn: Secret<String>,
}

fn main() {}
