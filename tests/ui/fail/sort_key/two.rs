// At most one sort key.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(sort_key)]
    year: u16,
    #[dynacrypt(sort_key)]
    month: u8,
}

fn main() {}
