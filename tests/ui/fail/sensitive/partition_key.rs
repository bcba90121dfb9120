// Keys are stored in the clear.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[sensitive]
    #[dynacrypt(partition_key)]
    email: String,
}

fn main() {}
