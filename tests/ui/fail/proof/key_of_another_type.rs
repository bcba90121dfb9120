use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    ssn: Secret<String>,
}

use dynacrypt::{DynamoRepository, Principal, Repository};

async fn get(
    profiles: &DynamoRepository<Profile>,
    caller: &Principal,
) -> Result<Option<Profile>, dynacrypt::Error> {
    profiles.get(caller, ("user-1", 7)).await
}

fn main() {}
