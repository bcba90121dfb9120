// The grammar is shown.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt]
    name: String,
    #[dynacrypt = "skip"]
    city: String,
}

fn main() {}
