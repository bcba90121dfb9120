// An index has a name and a key.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop", index(partition_key = status), index, index())]
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
