// DynamoDB takes some names.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop", index(st, partition_key = status), index(by_total, partition_key = total, name = "by total"))]
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
