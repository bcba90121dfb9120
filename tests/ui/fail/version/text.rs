// A version is a count.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop")]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(version)]
    version: String,
}

fn main() {}
