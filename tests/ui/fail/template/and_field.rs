// One partition key.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}")]
struct Order {
    user_id: String,
    #[dynacrypt(partition_key)]
    id: String,
}

fn main() {}
