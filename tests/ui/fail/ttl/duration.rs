// A time to live is a point in time, not a duration.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop")]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(ttl)]
    expires: std::time::Duration,
}

fn main() {}
