// A clear field goes through serde.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    settings: Settings,
}

struct Settings {
    dark: bool,
}

fn main() {}
