use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    ssn: Secret<String>,
}

use dynacrypt::access::ScopeProof;

/// Takes what one proof is for into another.
fn forge(of_one: ScopeProof<Profile>, of_another: ScopeProof<Profile>) -> ScopeProof<Profile> {
    ScopeProof { place: of_another.place, ..of_one }
}

fn main() {}
