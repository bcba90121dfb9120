// A misspelling of what belongs elsewhere.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles", authentcated)]
struct Profile {
    #[dynacrypt(partition_key, rename_al = "camelCase")]
    user_id: String,
}

fn main() {}
