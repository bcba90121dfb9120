// A version is a field of its own.
use dynacrypt::Record;

#[derive(Record)]
#[dynacrypt(table = "shop")]
struct Order {
    #[dynacrypt(partition_key, version)]
    id: u64,
    #[dynacrypt(owner, updated)]
    owner: String,
    #[dynacrypt(authenticated, created)]
    at: Option<u64>,
    #[dynacrypt(version, ttl)]
    both: u64,
    #[dynacrypt(skip, ttl)]
    never: u64,
    #[dynacrypt(created, with = dynacrypt::codec::AsEpochSeconds)]
    coded: Option<u64>,
    #[dynacrypt(updated, null)]
    nullable: Option<u64>,
    #[sensitive]
    #[dynacrypt(ttl)]
    sensitive: u64,
}

fn main() {}
