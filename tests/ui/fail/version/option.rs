// A version is always there.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop")]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(version)]
    version: Option<u64>,
}

fn main() {}
