// What is expected is shown.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table)]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(rename)]
    name: String,
    #[dynacrypt(default =)]
    city: String,
}

fn main() {}
