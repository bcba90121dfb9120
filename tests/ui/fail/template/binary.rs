// A segment is a text or a number.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "{digest}")]
struct Order {
    user_id: String,
    digest: dynacrypt::codec::Binary,
}

fn main() {}
