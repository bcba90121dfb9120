// The valid cases are listed.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles", rename_all = "camel_case")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
}

fn main() {}
