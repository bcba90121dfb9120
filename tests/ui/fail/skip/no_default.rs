// A skipped field is filled on load.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(skip)]
    connection: Connection,
}

struct Connection;

fn main() {}
