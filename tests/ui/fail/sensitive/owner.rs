// The owner is stored in the clear.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(owner)]
    #[sensitive]
    email: String,
}

fn main() {}
