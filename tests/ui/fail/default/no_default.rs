// `default` asks for the trait.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(default)]
    plan: Plan,
}

#[derive(serde::Serialize, serde::Deserialize)]
enum Plan {
    Free,
}

fn main() {}
