// A name that can be shown.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "pro\tfiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
}

fn main() {}
