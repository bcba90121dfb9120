// A name needs a template.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key_name = "PK")]
struct Order {
    #[dynacrypt(partition_key)]
    user_id: String,
}

fn main() {}
