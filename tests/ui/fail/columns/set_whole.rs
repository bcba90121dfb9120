// A secret of a whole record is put with the rest.
use dynacrypt::expr::Update;
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop", whole)]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[encrypted]
    card: Secret<String>,
}

fn main() {
    let c = Order::columns();
    let _ = Update::<Order>::new().set(c.card, Secret::from("4111"));
}
