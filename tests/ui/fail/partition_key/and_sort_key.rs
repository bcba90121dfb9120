// A field is one key or the other.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, sort_key)]
    user_id: String,
}

fn main() {}
