// The owner on the sort key, and on a field of its own.
use dynacrypt::Record;
use dynacrypt::context::ScalarType;
use dynacrypt::record::FieldKind;

#[derive(Record)]
#[dynacrypt(table = "notes")]
struct ByNote {
    #[dynacrypt(partition_key)]
    note_id: u64,
    #[dynacrypt(owner)]
    tenant: i64,
}

#[derive(Record)]
#[dynacrypt(table = "notes")]
struct ByOwner {
    #[dynacrypt(partition_key)]
    note_id: u64,
    #[dynacrypt(owner, sort_key)]
    tenant: String,
}

#[derive(Record)]
#[dynacrypt(table = "notes")]
struct Ownerless {
    #[dynacrypt(partition_key)]
    note_id: dynacrypt::codec::Binary,
}

#[::core::prelude::v1::test]
fn passes() {
    let owner = ByNote::SCHEMA.owner().expect("an owner");
    assert_eq!((owner.name(), owner.kind()), ("tenant", FieldKind::Owner(ScalarType::N)));
    let owner = ByOwner::SCHEMA.owner().expect("an owner");
    assert_eq!((owner.name(), owner.is_key()), ("tenant", true));
    assert!(Ownerless::SCHEMA.owner().is_none() && Ownerless::SCHEMA.sort_key().is_none());
}
