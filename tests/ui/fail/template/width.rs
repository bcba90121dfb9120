// The one format is zeros in front.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "{order_id:8}")]
struct Order {
    #[dynacrypt(owner)]
    user_id: String,
    order_id: u32,
    total: u64,
}

fn main() {}
