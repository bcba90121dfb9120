use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner, with = dynacrypt::codec::AsScalar)]
    user_id: String,
}

fn main() {}
