// On the struct the key is a template.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key)]
struct Order {
    #[dynacrypt(owner)]
    user_id: String,
    order_id: u32,
    total: u64,
}

fn main() {}
