// Only what is encrypted had another form before.
use dynacrypt::Record;
use dynacrypt::legacy::ClearText;

#[derive(Record)]
#[dynacrypt(table = "users")]
struct User {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(legacy = ClearText)]
    city: String,
    #[dynacrypt(skip, legacy_name = "old")]
    cache: String,
}

fn main() {}
