// Its attribute is not that of a field.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", entity = "order")]
struct Order {
    #[dynacrypt(partition_key)]
    id: String,
    entity: u64,
}

fn main() {}
