// The repository sets these.
use dynacrypt::expr::Update;
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
    let _ = Update::<Order>::new().set(c.version, 7_u64);
    let _ = Update::<Order>::new().set(c.updated, std::time::SystemTime::now());
}
