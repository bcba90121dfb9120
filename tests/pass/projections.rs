// Parts of records: fields of each kind, under their names and others, with defaults, of generic records.
use dynacrypt::{Projection, Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "ORDER#{order_id:08}")]
#[dynacrypt(entity = "order", index(by_status, partition_key = status))]
struct Order {
    #[dynacrypt(owner)]
    user_id: String,
    order_id: u32,
    status: Option<String>,
    r#type: u8,
    #[dynacrypt(authenticated)]
    region: String,
    #[encrypted]
    card: Secret<String>,
    #[encrypted]
    note: Option<Secret<String>>,
    #[dynacrypt(version)]
    version: u64,
    #[dynacrypt(updated)]
    updated: Option<std::time::SystemTime>,
}

#[derive(Debug, Projection)]
#[dynacrypt(record = Order)]
struct Line {
    user_id: String,
    #[dynacrypt(from = order_id)]
    number: u32,
    status: Option<String>,
    #[dynacrypt(from = r#type, default)]
    kind: u8,
    #[dynacrypt(default = nowhere)]
    region: String,
    card: Secret<String>,
    version: u64,
    updated: Option<std::time::SystemTime>,
}

fn nowhere() -> String {
    String::new()
}

#[derive(Projection)]
#[dynacrypt(record = Order)]
struct Nothing {}

#[derive(Record)]
#[dynacrypt(table = "any", whole)]
struct Any<T> {
    #[dynacrypt(partition_key)]
    id: String,
    #[dynacrypt(owner)]
    owner: String,
    value: T,
    other: u8,
    #[encrypted]
    one: Secret<String>,
    #[encrypted]
    two: Secret<String>,
}

#[derive(Projection)]
#[dynacrypt(record = Any<T>, crate = dynacrypt)]
struct Value<T>
where
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    value: T,
    one: Secret<String>,
}

#[::core::prelude::v1::test]
fn passes() {
    assert_eq!(
        Line::attributes(),
        ["_dc", "pk", "sk", "entity", "status", "type", "region", "card", "version", "updated"]
    );
    assert_eq!(Nothing::attributes(), ["_dc", "pk", "sk", "entity", "region"]);
    assert_eq!(Value::<u8>::attributes(), ["_dc", "id", "owner", "value", "one", "two"]);
}
