// A key is never absent.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, default)]
    user_id: String,
    #[dynacrypt(owner, default)]
    owner: String,
}

fn main() {}
