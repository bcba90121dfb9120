// One version counts.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop")]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(version)]
    version: u64,
    #[dynacrypt(version)]
    revision: u64,
}

fn main() {}
