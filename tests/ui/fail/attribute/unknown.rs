// The valid names are listed.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles", compression = 3)]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(compressed)]
    name: String,
}

fn main() {}
