// Two values need something between them.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "{user_id}{order_id}")]
struct Order {
    #[dynacrypt(owner)]
    user_id: String,
    order_id: u32,
    total: u64,
}

fn main() {}
