// The two keys have two names.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "PROFILE", sort_key_name = "pk")]
struct Order {
    user_id: String,
}

fn main() {}
