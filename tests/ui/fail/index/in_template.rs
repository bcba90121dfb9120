// A part of a key is no key.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "{id}#{status}", index(by_status, partition_key = status))]
struct Order {
    id: String,
    status: String,
}

fn main() {}
