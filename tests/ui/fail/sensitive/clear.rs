// `clear` is no way out for a sensitive field.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[sensitive]
    #[dynacrypt(clear)]
    ssn: String,
}

fn main() {}
