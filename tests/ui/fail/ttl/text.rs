// A time to live is a time.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop")]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(ttl)]
    expires: String,
}

fn main() {}
