// A projection reads a field as the type that it has.
use dynacrypt::{Projection, Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop")]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    total: u64,
    #[encrypted]
    card: Secret<String>,
}

#[derive(Projection)]
#[dynacrypt(record = Order)]
struct Part {
    total: String,
    id: String,
}

fn main() {}
