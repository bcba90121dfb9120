// A secret is no part of a key, whatever it is called.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}")]
struct Order {
    user_id: UserId,
    total: u64,
}

fn main() {}
type UserId = Secret<String>;
