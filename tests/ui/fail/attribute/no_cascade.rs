// A record that is in error can still be used: the error is reported once, and uses of the record add none.
use dynacrypt::record::IntoKey;
use dynacrypt::{DynamoRepository, Principal, Record, Repository, Sealer, Secret};

#[derive(Debug, Record)]
struct Profile {
    user_id: String,
    #[sensitive]
    ssn: Secret<String>,
}

fn key_of<R: Record>(key: impl IntoKey<R>) -> dynacrypt::record::Key<R> {
    key.into_key()
}

async fn use_it(dynamodb: aws_sdk_dynamodb::Client, sealer: Sealer) -> dynacrypt::error::Result<()> {
    let profiles = DynamoRepository::<Profile>::new(dynamodb, sealer);
    let caller = Principal::owner("user-1");
    let profile: Option<Profile> = profiles.get(&caller, "user-1").await?;
    println!("{profile:?} {:?}", key_of::<Profile>("user-1"));
    println!("{}", Profile::SCHEMA.table());
    Ok(())
}

fn main() {}
