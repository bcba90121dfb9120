// A name is text that people read.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", entity = "a\u{0}")]
struct Order {
    #[dynacrypt(partition_key)]
    id: String,
    name: String,
}

fn main() {}
