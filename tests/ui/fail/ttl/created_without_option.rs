// A time of writing is not known before.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop")]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(created)]
    created: std::time::SystemTime,
}

fn main() {}
