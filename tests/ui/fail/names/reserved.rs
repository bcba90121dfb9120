// The header has its name to itself.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    _dc: String,
    #[dynacrypt(rename = "_dc_version")]
    version: String,
    #[dynacrypt(authenticated, aad_name = "_dcx")]
    x: String,
}

fn main() {}
