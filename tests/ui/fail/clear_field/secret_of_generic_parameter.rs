// No parameter makes this right, so it is refused before there is one.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile<T: zeroize::Zeroize> {
    #[dynacrypt(partition_key)]
    user_id: String,
    extra: Option<Secret<T>>,
}

fn main() {}
