// The table is bound into every item.
use dynacrypt::Record;

#[derive(Record)]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
}

fn main() {}
