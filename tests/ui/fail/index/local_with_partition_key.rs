// A local index has the table's.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop", index(by_status, local, partition_key = status, sort_key = total))]
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
