// What a type is decides, not what it is called.
use dynacrypt::record::FieldKind;
use dynacrypt::{Record, Secret as Hidden};

type Id = String;
type Ssn = Hidden<String>;
type Maybe<T> = Option<T>;
type Secret = String;

#[derive(Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key)]
    id: Id,
    #[encrypted]
    ssn: Ssn,
    #[encrypted]
    other: Maybe<Ssn>,
    not_a_secret: Secret,
}

#[::core::prelude::v1::test]
fn passes() {
    let kinds: Vec<FieldKind> = Profile::SCHEMA.fields().iter().map(|field| field.kind()).collect();
    assert_eq!(kinds[1..], [FieldKind::Encrypted, FieldKind::Encrypted, FieldKind::Clear]);
}
