// Local indexes need a table with a sort key.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", index(by_total, local, sort_key = total))]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    total: u64,
}

fn main() {}
