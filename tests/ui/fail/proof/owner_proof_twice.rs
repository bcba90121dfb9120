use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    ssn: Secret<String>,
}

async fn twice(
    store: &dynacrypt::store::DynamoStore,
    proof: dynacrypt::access::OwnerProof<Profile>,
) -> Result<(), dynacrypt::Error> {
    store.get(proof).await?;
    store.delete(proof).await?;
    Ok(())
}

fn main() {}
