// Names of ours are ours.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", partition_key_name = "_dc")]
struct Order {
    user_id: String,
}

fn main() {}
