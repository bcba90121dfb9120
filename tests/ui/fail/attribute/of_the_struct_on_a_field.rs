// It says where the attribute belongs.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, rename_all = "camelCase")]
    user_id: String,
}

fn main() {}
