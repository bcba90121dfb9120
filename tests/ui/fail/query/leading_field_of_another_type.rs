use dynacrypt::{DynamoRepository, Principal, Record};

#[derive(Debug, Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user}", sort_key = "ORDER#{day}#{number:06}")]
struct Order {
    #[dynacrypt(owner)]
    user: String,
    day: String,
    number: u32,
}

fn read(orders: &DynamoRepository<Order>, caller: &Principal) {
    let _ = orders.query(caller, "user-1").sort_under(7_u32).stream();
}

fn main() {}
