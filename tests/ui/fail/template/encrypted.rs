// What is encrypted is no part of a key.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}")]
struct Order {
    #[encrypted]
    user_id: Secret<String>,
}

fn main() {}
