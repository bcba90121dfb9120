// Nor has an optional one.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(authenticated)]
    score: Option<f64>,
}

fn main() {}
