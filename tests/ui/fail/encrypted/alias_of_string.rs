// An alias does not make a string a secret.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted]
    ssn: Ssn,
}

type Ssn = String;

fn main() {}
