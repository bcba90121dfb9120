// A `Cow` with a lifetime of the struct borrows too.
use std::borrow::Cow;

use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile<'a> {
    #[dynacrypt(partition_key)]
    user_id: String,
    name: Cow<'a, str>,
}

fn main() {}
