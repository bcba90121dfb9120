// Names differ from those of fields.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "PROFILE", sort_key_name = "total")]
struct Order {
    user_id: String,
    pk: u64,
    total: u64,
    #[dynacrypt(rename = "x", aad_name = "pk", authenticated)]
    role: String,
}

fn main() {}
