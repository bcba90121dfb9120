// A record owns its fields.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile<'a> {
    #[dynacrypt(partition_key)]
    user_id: String,
    name: &'a str,
}

fn main() {}
