// Attribute names come from field names.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile(#[dynacrypt(partition_key)] String, u64);

fn main() {}
