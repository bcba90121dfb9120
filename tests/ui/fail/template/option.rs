// A key has every segment.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}")]
struct Order {
    user_id: Option<String>,
}

fn main() {}
