// The attribute of an old form is nothing else's: no field's, no header's, no other old form's.
use dynacrypt::legacy::ClearText;
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "users", sort_key = "PROFILE")]
struct User {
    #[dynacrypt(partition_key)]
    user_id: String,
    city: String,
    #[encrypted(legacy = ClearText, legacy_name = "city")]
    a: Secret<String>,
    #[encrypted(legacy = ClearText, legacy_name = "old")]
    b: Secret<String>,
    #[encrypted(legacy = ClearText, legacy_name = "old")]
    c: Secret<String>,
    #[encrypted(legacy = ClearText, legacy_name = "sk")]
    d: Secret<String>,
    #[encrypted(legacy = ClearText, legacy_name = "_dc")]
    e: Secret<String>,
    #[encrypted(legacy = ClearText, legacy_name = "")]
    f: Secret<String>,
}

fn main() {}
