// An index is looked up by values of its key.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop", index(by_total, partition_key = total))]
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

fn main() {
    let _ = Order::indexes().by_total.partition("300");
    let _ = Order::indexes().by_status;
}
