// A name needs what it names.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", entity_name = "kind")]
struct Order {
    #[dynacrypt(partition_key)]
    id: String,
    name: String,
}

fn main() {}
