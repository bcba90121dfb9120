// DynamoDB keys are strings, numbers or binaries.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    active: bool,
}

fn main() {}
