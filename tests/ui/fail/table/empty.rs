// A table has a name.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
}

fn main() {}
