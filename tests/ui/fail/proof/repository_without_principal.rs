use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    ssn: Secret<String>,
}

use dynacrypt::{DynamoRepository, Repository};

async fn get(profiles: &DynamoRepository<Profile>) -> Result<Option<Profile>, dynacrypt::Error> {
    profiles.get("user-1").await
}

fn main() {}
