// Every attribute, and what each of them makes of the schema.
use dynacrypt::context::ScalarType;
use dynacrypt::record::{FieldKind, FieldSpec};
use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles", whole)]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(sort_key, rename = "at")]
    created_at: u64,
    display_name: String,
    #[dynacrypt(clear)]
    city: Option<String>,
    #[dynacrypt(authenticated, aad_name = "rôle")]
    role: String,
    #[encrypted]
    ssn: Secret<String>,
    #[encrypted]
    #[sensitive]
    #[dynacrypt(pad = 32, aad_name = "key", default)]
    api_key: Option<Secret<String>>,
    #[dynacrypt(encrypted, default = no_codes)]
    codes: Secret<Vec<String>>,
    #[sensitive]
    #[dynacrypt(skip)]
    one_time_code: Secret<String>,
    #[dynacrypt(skip, default = eighteen)]
    age: u8,
    #[dynacrypt(default)]
    visits: u64,
}

fn no_codes() -> Secret<Vec<String>> {
    Secret::new(Vec::new())
}

fn eighteen() -> u8 {
    18
}

fn row(field: &FieldSpec) -> (&str, &str, FieldKind, bool) {
    (field.name(), field.bound_name(), field.kind(), field.is_owner())
}

#[::core::prelude::v1::test]
fn passes() {
    let schema = Profile::SCHEMA;
    assert_eq!((schema.record(), schema.table(), schema.is_whole()), ("Profile", "profiles", true));
    let rows: Vec<_> = schema.fields().iter().map(row).collect();
    assert_eq!(
        rows,
        [
            ("user_id", "user_id", FieldKind::PartitionKey(ScalarType::S), true),
            ("at", "at", FieldKind::SortKey(ScalarType::N), false),
            ("display_name", "display_name", FieldKind::Clear, false),
            ("city", "city", FieldKind::Clear, false),
            ("role", "rôle", FieldKind::Authenticated, false),
            ("ssn", "ssn", FieldKind::Encrypted, false),
            ("api_key", "key", FieldKind::Encrypted, false),
            ("codes", "codes", FieldKind::Encrypted, false),
            ("visits", "visits", FieldKind::Clear, false),
        ]
    );
}
