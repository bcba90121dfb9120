// It says where the attribute belongs.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles", owner)]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    name: String,
}

fn main() {}
