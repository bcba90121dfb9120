// Ciphertext does not compare.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "ORDER#{order_id}")]
struct Order {
    user_id: String,
    order_id: u32,
    total: u64,
    #[dynacrypt(authenticated)]
    region: String,
    #[encrypted]
    card: Secret<String>,
    #[encrypted]
    tags: Secret<Vec<String>>,
    #[dynacrypt(version)]
    version: u64,
    #[dynacrypt(updated)]
    updated: Option<std::time::SystemTime>,
}

fn main() {
    let c = Order::columns();
    let _ = c.card.eq("4111");
}
