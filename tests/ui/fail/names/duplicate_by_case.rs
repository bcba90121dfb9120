// Nor can they where `rename_all` makes them equal.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles", rename_all = "camelCase")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    user__id: String,
}

fn main() {}
