use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(skip, with = dynacrypt::codec::AsScalar)]
    cache: String,
}

fn main() {}
