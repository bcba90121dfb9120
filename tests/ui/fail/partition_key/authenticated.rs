// A key is bound already.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, authenticated)]
    user_id: String,
    #[dynacrypt(sort_key, clear)]
    at: u64,
}

fn main() {}
