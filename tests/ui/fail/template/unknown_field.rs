// A template names fields of the struct.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user}", sort_key = "ORDER#{ordr_id}")]
struct Order {
    #[dynacrypt(owner)]
    user_id: String,
    order_id: u32,
    total: u64,
}

fn main() {}
