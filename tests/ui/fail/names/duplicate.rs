// Two fields cannot share an attribute.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(rename = "name")]
    first: String,
    name: String,
}

fn main() {}
