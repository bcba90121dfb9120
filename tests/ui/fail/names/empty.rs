// An attribute has a name.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(rename = "")]
    name: String,
    #[dynacrypt(authenticated, aad_name = "")]
    role: String,
}

fn main() {}
