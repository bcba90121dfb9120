// Neither setting stands alone, or with a value of another kind.
use dynacrypt::{Record, Secret};

#[derive(Record)]
#[dynacrypt(table = "users")]
struct User {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted(legacy)]
    a: Secret<String>,
    #[encrypted(legacy = 7)]
    b: Secret<String>,
    #[encrypted(legacy_name = old)]
    c: Secret<String>,
    #[encrypted(legasy = Fernet)]
    d: Secret<String>,
}

fn main() {}
