// A key has one form.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", index(by_total, partition_key = total))]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    total: f64,
}

fn main() {}
