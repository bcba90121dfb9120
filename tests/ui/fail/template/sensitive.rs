// What is sensitive is no part of a key.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "{at}")]
struct Order {
    user_id: String,
    #[sensitive]
    at: u64,
}

fn main() {}
