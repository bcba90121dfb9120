// The function gives the type of the field.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(default = eighteen)]
    age: String,
}

fn eighteen() -> u8 {
    18
}

fn main() {}
