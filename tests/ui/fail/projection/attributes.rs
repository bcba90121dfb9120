// It lists what there is.
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
#[dynacrypt(record = Order, table = "shop")]
struct Part {
    #[dynacrypt(rename = "x")]
    total: u64,
    #[dynacrypt(form = total)]
    sum: u64,
}

fn main() {}
