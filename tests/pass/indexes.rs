// Secondary indexes: global and local, sparse, of parts; over fields of each kind and over template keys.
use std::time::SystemTime;

use dynacrypt::context::ScalarType;
use dynacrypt::expr::{Condition, Update};
use dynacrypt::record::{Index, IndexHolds, IndexSpec, NoSortKey};
use dynacrypt::{Record, Secret};

#[derive(Debug, Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "ORDER#{order_id:08}")]
#[dynacrypt(entity = "order", rename_all = "camelCase")]
#[dynacrypt(index(by_status, partition_key = status, sort_key = placed_at, project(total, card)))]
#[dynacrypt(index(by_total, local, sort_key = total, project = keys, name = "total.local-1"))]
#[dynacrypt(
    index(inverted, partition_key = sk, sort_key = pk),
    index(by_region, partition_key = region, project = all),
    index(recent, partition_key = region, sort_key = r#updated),
)]
struct Order {
    #[dynacrypt(owner)]
    user_id: String,
    order_id: u32,
    status: Option<String>,
    placed_at: u64,
    total: i64,
    #[dynacrypt(authenticated)]
    region: Option<String>,
    #[encrypted]
    card: Secret<String>,
    #[dynacrypt(updated)]
    updated: Option<SystemTime>,
}

#[derive(Record)]
#[dynacrypt(table = "any", index(by_value, partition_key = value, sort_key = id))]
struct Any<T, K>
where
    T: std::fmt::Debug,
{
    #[dynacrypt(partition_key)]
    id: K,
    value: T,
}

fn row(index: &IndexSpec) -> (&str, bool, (usize, ScalarType), Option<(usize, ScalarType)>) {
    (index.name(), index.is_local(), index.partition(), index.sort())
}

#[::core::prelude::v1::test]
fn passes() {
    use ScalarType::{N, S};
    let schema = Order::SCHEMA;
    // pk, sk, entity, status, placedAt, total, region, card, updated
    let rows: Vec<_> = schema.indexes().iter().map(row).collect();
    assert_eq!(
        rows,
        [
            ("by_status", false, (3, S), Some((4, N))),
            ("total.local-1", true, (0, S), Some((5, N))),
            ("inverted", false, (1, S), Some((0, S))),
            ("by_region", false, (6, S), None),
            ("recent", false, (6, S), Some((8, N))),
        ]
    );
    assert_eq!(schema.indexes()[0].holds(), IndexHolds::Fields(&[5, 7]));
    assert_eq!(schema.indexes()[1].holds(), IndexHolds::Fields(&[]));
    assert_eq!(schema.indexes()[2].holds(), IndexHolds::All);
    assert_eq!(
        schema.index_attributes(&schema.indexes()[0]),
        Some(vec!["_dc", "entity", "total", "region", "card"])
    );

    let indexes = Order::indexes();
    let _: Index<Order, String, u64> = indexes.by_status;
    let _: Index<Order, String, NoSortKey> = indexes.by_region;
    let _: Index<Order, String, i64> = indexes.recent;
    assert_eq!(indexes.by_total.name(), "total.local-1");
    let _ = indexes.by_status.partition("open");
    let _ = indexes.by_total.partition("user-1");
    let _ = indexes.inverted.partition(7);

    // An index key compares and is set as any clear column.
    let columns = Order::columns();
    let _: Condition<Order> = columns.status.eq("open").and(columns.placed_at.ge(3));
    let _: Update<Order> = Update::new().set(columns.status, "paid").remove(columns.status);

    let _ = Any::<Option<u32>, String>::indexes().by_value.partition(3);
    let spec = &Any::<Option<u32>, String>::SCHEMA.indexes()[0];
    assert_eq!(row(spec), ("by_value", false, (1, N), Some((0, S))));
}
