// An owner is bound, so not just clear.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(owner, clear)]
    tenant: String,
}

fn main() {}
