// A segment is a text or a number.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "{paid}")]
struct Order {
    user_id: String,
    paid: bool,
}

fn main() {}
