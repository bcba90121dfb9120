// A key is one value.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", index(by_tags, partition_key = tags))]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    tags: Vec<String>,
}

fn main() {}
