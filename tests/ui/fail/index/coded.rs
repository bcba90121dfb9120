// A key is stored in its one form.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", index(by_at, partition_key = at, sort_key = note))]
struct Order {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(with = dynacrypt::codec::AsEpochMillis)]
    at: std::time::SystemTime,
    #[dynacrypt(null)]
    note: Option<String>,
}

fn main() {}
