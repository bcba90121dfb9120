// A segment has one form.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "{total}")]
struct Order {
    user_id: String,
    total: f64,
}

fn main() {}
