// A value ends at `#`.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}-ORDER")]
struct Order {
    #[dynacrypt(owner)]
    user_id: String,
    order_id: u32,
    total: u64,
}

fn main() {}
