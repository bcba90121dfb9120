// Every stored field says how.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles", explicit)]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(owner)]
    tenant: String,
    #[dynacrypt(rename = "n")]
    name: String,
    city: String,
    #[dynacrypt(skip)]
    cached: bool,
}

fn main() {}
