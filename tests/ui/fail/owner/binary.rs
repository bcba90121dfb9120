// An owner is compared with the id of a principal, which is text.
use dynacrypt::Record;
use dynacrypt::codec::Binary;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(owner)]
    tenant: Binary,
}

fn main() {}
