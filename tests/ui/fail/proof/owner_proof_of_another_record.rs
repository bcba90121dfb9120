use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    ssn: Secret<String>,
}

#[derive(Debug, Record)]
#[dynacrypt(table = "notes")]
struct Note {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
}

async fn confuse(
    store: &dynacrypt::store::DynamoStore,
    proof: dynacrypt::access::OwnerProof<Note>,
) -> Result<bool, dynacrypt::Error> {
    store.delete::<Profile>(proof).await
}

fn main() {}
