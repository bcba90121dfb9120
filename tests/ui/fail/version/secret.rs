// DynamoDB compares versions.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "shop")]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[encrypted]
    #[dynacrypt(version)]
    version: Secret<u64>,
}

fn main() {}
