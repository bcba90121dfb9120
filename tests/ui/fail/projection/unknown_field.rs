// A projection reads fields of the record.
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
    totla: u64,
}

fn main() {}
