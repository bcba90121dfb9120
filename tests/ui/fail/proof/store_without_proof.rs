use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    ssn: Secret<String>,
}

async fn get(
    profiles: &dynacrypt::DynamoRepository<Profile>,
    key: dynacrypt::record::Key<Profile>,
) -> Result<bool, dynacrypt::Error> {
    profiles.store().delete(key).await
}

fn main() {}
