// An item has a partition key.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    user_id: String,
}

fn main() {}
