use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    ssn: Secret<String>,
}

use dynacrypt::access::OwnerProof;
use dynacrypt::record::Key;

/// Takes a proof of one key for another.
fn forge(key: Key<Profile>, proof: OwnerProof<Profile>) -> OwnerProof<Profile> {
    OwnerProof { key, ..proof }
}

fn main() {}
