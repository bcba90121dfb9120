// What is in a key does not change.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "{id}", sort_key = "{version}")]
struct Order {
    id: String,
    #[dynacrypt(version)]
    version: u64,
}

fn main() {}
