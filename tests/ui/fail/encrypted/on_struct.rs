// Fields are encrypted one by one.
use dynacrypt::Record;

#[derive(Record)]
#[encrypted]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    name: String,
}

fn main() {}
