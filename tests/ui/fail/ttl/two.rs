// An item dies once.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop")]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(ttl)]
    a: u64,
    #[dynacrypt(ttl)]
    b: u64,
}

fn main() {}
