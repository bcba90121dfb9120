// A raw identifier is stored without its `r#`.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    r#type: String,
    #[dynacrypt(rename = "type")]
    kind: String,
}

fn main() {}
