//! What a field was stored as before: in `encrypted(…)` or beside it, by path or text, of any type
//! that is a format.

use std::any::TypeId;

use dynacrypt::legacy::{self, ClearText, Fernet, OrClearText};
use dynacrypt::{Record, Secret};

type Alias = OrClearText<Fernet>;

#[derive(Record)]
#[dynacrypt(table = "users", rename_all = "camelCase", explicit)]
struct User {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted(legacy = Fernet, legacy_name = "ssn_enc")]
    ssn: Secret<String>,
    #[encrypted]
    #[dynacrypt(legacy = legacy::ClearText, pad = 32)]
    api_key: Option<Secret<String>>,
    #[dynacrypt(encrypted, legacy = "Alias", legacy_name = "codes")]
    codes: Secret<Vec<u8>>,
    #[encrypted(legacy = OrClearText<legacy::JsonGcm>, legacy_name = "old,name")]
    note: Option<Secret<String>>,
    #[encrypted]
    never: Option<Secret<String>>,
}

#[test]
fn the_schema_knows_the_old_forms() {
    let found: Vec<_> = User::SCHEMA
        .fields()
        .iter()
        .map(|field| field.legacy().map(|legacy| (legacy.name(), legacy.format())))
        .collect();
    assert_eq!(
        found,
        [
            None,
            Some(("ssn_enc", TypeId::of::<Fernet>())),
            Some(("apiKey", TypeId::of::<ClearText>())),
            Some(("codes", TypeId::of::<OrClearText<Fernet>>())),
            Some(("old,name", TypeId::of::<OrClearText<legacy::JsonGcm>>())),
            None,
        ]
    );
}
