// A projection is of a record.
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
struct Part {
    total: u64,
}

fn main() {}
