// A clear field is not bound.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(aad_name = "old_name")]
    name: String,
}

fn main() {}
