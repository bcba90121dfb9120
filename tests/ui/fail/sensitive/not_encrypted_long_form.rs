// The long form, where another derive owns the bare name, says the same.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(sensitive)]
    ssn: String,
}

fn main() {}
