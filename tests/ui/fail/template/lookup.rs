// A look-up gives a value for each field of the template, of its type.
use dynacrypt::record::{IntoKey, Key};
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "{placed}#{order_id}")]
struct Order {
    user_id: String,
    placed: String,
    order_id: u32,
}

fn main() {
    let _: Key<Order> = "user-1".into_key();
    let _: Key<Order> = ("user-1", "2026-01-01").into_key();
    let _: Key<Order> = ("user-1", ("2026-01-01", "7")).into_key();
}
