// Nor can a skipped field bring in a lifetime.
use std::marker::PhantomData;

use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile<'a> {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(skip)]
    of: PhantomData<&'a str>,
}

fn main() {}
