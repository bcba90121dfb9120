use dynacrypt::expr::Update;
use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "orders")]
struct Order {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(authenticated)]
    role: String,
    history: Vec<String>,
    status: String,
    #[encrypted]
    card: Secret<String>,
    #[dynacrypt(version)]
    version: u64,
}

fn main() {
    let c = Order::columns();
    let _ = Update::new().add_to_set(c.history, ["paid"]);
}
