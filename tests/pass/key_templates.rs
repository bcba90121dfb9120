// Keys made by templates: of several fields, of one, of none; with numbers filled up; with an owner.
use dynacrypt::context::{Scalar, ScalarType};
use dynacrypt::record::{FieldKind, FieldSpec, IntoKey, Key};
use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user_id}",
    sort_key = "ORDER#{placed}#{order_id:08}",
    entity = "order"
)]
struct Order {
    #[dynacrypt(owner)]
    user_id: String,
    placed: String,
    order_id: u32,
    total: u64,
    #[encrypted]
    card: Secret<String>,
}

#[derive(Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "TENANT#{tenant}#USER#{r#type}",
    sort_key = "PROFILE",
    partition_key_name = "PK",
    sort_key_name = "SK",
    entity = "profile",
    entity_name = "kind"
)]
struct Profile<T> {
    tenant: T,
    #[dynacrypt(owner)]
    r#type: i64,
    name: String,
}

// A partition key of its own beside a template; the partition key in both.
#[derive(Record)]
#[dynacrypt(table = "events", sort_key = "EVENT#{at:020}#{{{kind}")]
struct Event {
    #[dynacrypt(partition_key, owner)]
    id: String,
    at: u64,
    kind: String,
}

#[derive(Record)]
#[dynacrypt(table = "both", partition_key = "{user}", sort_key = "{user}")]
struct Both {
    #[dynacrypt(owner)]
    user: String,
}

fn text(key: impl IntoKey<Order>) -> (Scalar<'static>, Option<Scalar<'static>>) {
    pair(&key.into_key())
}

fn pair<R>(key: &Key<R>) -> (Scalar<'static>, Option<Scalar<'static>>) {
    (key.partition().clone(), key.sort().cloned())
}

fn s(text: &'static str) -> Scalar<'static> {
    Scalar::S(text.into())
}

fn row(field: &FieldSpec) -> (&str, FieldKind, bool) {
    (field.name(), field.kind(), field.is_owner())
}

#[::core::prelude::v1::test]
fn passes() {
    let rows: Vec<_> = Order::SCHEMA.fields().iter().map(row).collect();
    assert_eq!(
        rows,
        [
            ("pk", FieldKind::PartitionKey(ScalarType::S), true),
            ("sk", FieldKind::SortKey(ScalarType::S), false),
            ("entity", FieldKind::Entity("order"), false),
            ("total", FieldKind::Clear, false),
            ("card", FieldKind::Encrypted, false),
        ]
    );
    let sort = Order::SCHEMA.fields()[1].template().expect("a template");
    assert_eq!(sort.fields().collect::<Vec<_>>(), ["placed", "order_id"]);

    assert_eq!(
        text(("a#b", ("2026-01-01", 7))),
        (s("USER#a$cb"), Some(s("ORDER#2026-01-01#00000007")))
    );

    let rows: Vec<_> = Profile::<String>::SCHEMA.fields().iter().map(row).collect();
    assert_eq!(
        rows,
        [
            ("PK", FieldKind::PartitionKey(ScalarType::S), true),
            ("SK", FieldKind::SortKey(ScalarType::S), false),
            ("kind", FieldKind::Entity("profile"), false),
            ("name", FieldKind::Clear, false),
        ]
    );
    let key = Key::<Profile<String>>::at(("acme", -7));
    assert_eq!(pair(&key), (s("TENANT#acme#USER#-7"), Some(s("PROFILE"))));

    let key: Key<Event> = ("e", (17, "x")).into_key();
    assert_eq!(pair(&key), (s("e"), Some(s("EVENT#00000000000000000017#{x"))));
    let key: Key<Both> = ("u", "u").into_key();
    assert_eq!(pair(&key), (s("u"), Some(s("u"))));
}
