use dynacrypt::codec::AsBytes;
use dynacrypt::{Record, Secret};

type Pin = Option<Secret<Vec<u8>>>;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(with = AsBytes)]
    pin: Pin,
}

fn main() {}
