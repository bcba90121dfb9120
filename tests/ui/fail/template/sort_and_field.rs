// One sort key.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "PROFILE")]
struct Order {
    user_id: String,
    #[dynacrypt(sort_key)]
    at: u64,
}

fn main() {}
