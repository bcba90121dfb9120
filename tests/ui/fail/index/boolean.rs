// DynamoDB has no boolean keys.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", index(by_paid, partition_key = paid))]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(authenticated)]
    paid: bool,
}

fn main() {}
