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
use dynacrypt::store::DynamoStore;

fn put(store: &DynamoStore, proof: OwnerProof<Profile>, item: dynacrypt::Sealed<Profile>) {
    let _ = store.write(proof, item);
}

fn main() {}
