// Two keys are two.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop", index(by_status, partition_key = status, sort_key = status))]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(sort_key)]
    at: u64,
    status: String,
    total: u64,
    #[encrypted]
    card: Secret<String>,
    #[dynacrypt(skip)]
    cached: u8,
}

fn main() {}
