// The parser goes on behind the next comma.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt("partition_key", ownr)]
    user_id: String,
    #[dynacrypt(clear skip)]
    name: String,
}

fn main() {}
