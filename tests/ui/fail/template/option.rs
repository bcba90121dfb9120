// A key has every segment.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}")]
struct Order {
    user_id: Option<String>,
}

fn main() {}
