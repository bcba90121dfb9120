// Every stored field says how; keys and owner always have.
use dynacrypt::record::FieldKind;
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "profiles", explicit)]
struct Profile {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[dynacrypt(sort_key)]
    at: u64,
    #[dynacrypt(owner)]
    tenant: String,
    #[dynacrypt(clear)]
    name: String,
    #[dynacrypt(authenticated)]
    role: String,
    #[encrypted]
    ssn: Secret<String>,
    #[dynacrypt(skip)]
    cached: bool,
}

#[::core::prelude::v1::test]
fn passes() {
    let fields = Profile::SCHEMA.fields();
    assert_eq!(fields.len(), 6);
    assert_eq!(fields[3].kind(), FieldKind::Clear);
}
