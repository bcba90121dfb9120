// Authenticated is not encrypted.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[sensitive]
    #[dynacrypt(authenticated)]
    ssn: String,
}

fn main() {}
