// A record type has a name.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", entity = "")]
struct Order {
    #[dynacrypt(partition_key)]
    id: String,
    name: String,
}

fn main() {}
