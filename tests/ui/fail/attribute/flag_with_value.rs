// A flag takes no value.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles", explicit = "yes")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(skip = true)]
    name: String,
    #[dynacrypt(clear(always))]
    city: String,
}

fn main() {}
