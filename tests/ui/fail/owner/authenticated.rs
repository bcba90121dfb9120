// An owner is bound already.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(owner, authenticated)]
    tenant: String,
}

fn main() {}
