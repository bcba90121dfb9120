// The second one is the error.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles", table = "people")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(rename = "a", rename = "b")]
    name: String,
    #[dynacrypt(clear)]
    #[dynacrypt(clear)]
    city: String,
}

fn main() {}
