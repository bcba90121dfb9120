use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(authenticated, with = dynacrypt::codec::AsScalar)]
    role: String,
}

fn main() {}
