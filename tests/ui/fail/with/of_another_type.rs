use std::collections::BTreeSet;

use dynacrypt::Record;
use dynacrypt::codec::{AsEpochSeconds, AsSet};

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(with = AsSet)]
    flags: BTreeSet<bool>,
    #[dynacrypt(with = AsEpochSeconds)]
    at: String,
}

fn main() {}
