//! Specifications against requests, and against live tables of the embedded database.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use super::*;
use crate::record::{IndexHolds, ItemReader, ItemWriter, NoSortKey};

macro_rules! record {
    ($name:ident, $sort:ty, [$($field:expr),*], [$($index:expr),*]) => {
        #[derive(Debug)]
        struct $name;
        impl Record for $name {
            type PartitionKey = String;
            type SortKey = $sort;
            type Columns = ();
            type Indexes = ();
            fn columns() {}

            fn indexes() {}
            const SCHEMA: &'static Schema = &Schema::new(
                stringify!($name),
                "things",
                &[$($field),*],
                false,
            )
            .with_indexes(&[$($index),*]);
            fn write(&self, _: &mut ItemWriter) -> Result<()> {
                Ok(())
            }
            fn read(_: &mut ItemReader) -> Result<Self> {
                Ok(Self)
            }
        }
    };
}
record!(
    Both,
    i64,
    [
        FieldSpec::new("at", FieldKind::SortKey(ScalarType::N)),
        FieldSpec::new("status", FieldKind::Clear),
        FieldSpec::new("id", FieldKind::PartitionKey(ScalarType::B)),
        FieldSpec::new("role", FieldKind::Authenticated),
        FieldSpec::new("who", FieldKind::Owner(ScalarType::S)).owner(),
        FieldSpec::new("due", FieldKind::Clear).with_role(FieldRole::Ttl),
        FieldSpec::new("total", FieldKind::Clear),
        FieldSpec::new("ssn", FieldKind::Encrypted)
    ],
    [
        IndexSpec::new(
            "by_status",
            false,
            (1, ScalarType::S),
            Some((0, ScalarType::N)),
            IndexHolds::Fields(&[6])
        ),
        IndexSpec::new(
            "by_total",
            true,
            (2, ScalarType::B),
            Some((6, ScalarType::N)),
            IndexHolds::All
        )
    ]
);
record!(Keyless, NoSortKey, [FieldSpec::new("note", FieldKind::Clear)], []);
record!(Boolean, NoSortKey, [FieldSpec::new("id", FieldKind::PartitionKey(ScalarType::Bool))], []);
record!(
    Other,
    i64,
    [
        FieldSpec::new("id", FieldKind::PartitionKey(ScalarType::B)),
        FieldSpec::new("at", FieldKind::SortKey(ScalarType::N)),
        FieldSpec::new("status", FieldKind::Clear),
        FieldSpec::new("price", FieldKind::Clear)
    ],
    [IndexSpec::new(
        "by_status",
        false,
        (2, ScalarType::S),
        Some((1, ScalarType::N)),
        IndexHolds::Fields(&[3])
    )]
);
record!(
    Clashing,
    i64,
    [
        FieldSpec::new("id", FieldKind::PartitionKey(ScalarType::B)),
        FieldSpec::new("at", FieldKind::SortKey(ScalarType::N)),
        FieldSpec::new("status", FieldKind::Clear)
    ],
    [IndexSpec::new("by_status", false, (2, ScalarType::N), None, IndexHolds::All)]
);

#[test]
fn keys_come_partition_first_and_attributes_are_those_of_keys() {
    let table = definition::<Both>().unwrap().build().unwrap();
    assert_eq!(table.table_name(), Some("things"));
    assert_eq!(table.billing_mode(), Some(&BillingMode::PayPerRequest));
    let keys: Vec<_> =
        table.key_schema().iter().map(|key| (key.attribute_name(), key.key_type())).collect();
    assert_eq!(keys, [("id", &KeyType::Hash), ("at", &KeyType::Range)]);
    let types: Vec<_> = table
        .attribute_definitions()
        .iter()
        .map(|attribute| (attribute.attribute_name(), attribute.attribute_type().as_str()))
        .collect();
    assert_eq!(types, [("at", "N"), ("id", "B"), ("status", "S"), ("total", "N")]);
}

#[test]
fn an_index_that_holds_a_part_holds_what_opening_needs() {
    let table = definition::<Both>().unwrap().build().unwrap();
    let held = |projection: Option<&Projection>| projection.unwrap().non_key_attributes().to_vec();
    let [global] = table.global_secondary_indexes() else { panic!("one global index") };
    assert_eq!(held(global.projection()), ["_dc", "role", "who", "total"]);
    let [local] = table.local_secondary_indexes() else { panic!("one local index") };
    assert_eq!(local.projection().unwrap().projection_type(), Some(&ProjectionType::All));
}

#[test]
fn two_record_types_share_a_table_where_their_keys_agree() {
    let both = TableSpec::of::<Both>().unwrap().and::<Other>().unwrap().request().unwrap();
    let both = both.build().unwrap();
    let [index] = both.global_secondary_indexes() else { panic!("one global index") };
    let held = index.projection().unwrap().non_key_attributes();
    assert_eq!(held, ["_dc", "role", "who", "total", "price"]);
    assert!(TableSpec::of::<Both>().unwrap().and::<Clashing>().unwrap_err().is_invalid_record());
}

#[test]
fn a_schema_that_makes_no_table_is_refused() {
    assert!(definition::<Keyless>().unwrap_err().is_invalid_record());
    assert!(definition::<Boolean>().unwrap_err().is_invalid_record());
    let free = TableSpec::of::<Both>().unwrap().with_provisioned(0, 1);
    assert!(free.request().unwrap_err().is_invalid_record());
}

#[cfg(feature = "testing")]
mod live {
    use super::*;
    use crate::testing::{EmbeddedDynamo, unique_table_name};

    #[tokio::test]
    async fn what_is_created_verifies_and_what_differs_is_said() {
        let dynamodb = EmbeddedDynamo::start().unwrap();
        let name = unique_table_name("things");
        let spec = TableSpec::of::<Both>()
            .unwrap()
            .named(&name)
            .with_provisioned(3, 2)
            .with_stream(StreamView::NewImage);
        let missing = spec.verify(dynamodb.client()).await.unwrap();
        assert_eq!(missing.iter().collect::<Vec<_>>(), [&Difference::NoTable]);
        spec.create(dynamodb.client()).await.unwrap();
        let same = spec.verify(dynamodb.client()).await.unwrap();
        assert!(same.is_empty(), "{same}");
        assert!(spec.create(dynamodb.client()).await.unwrap_err().is_conflict());

        let other = TableSpec::of::<Clashing>()
            .unwrap()
            .named(&name)
            .with_stream(StreamView::KeysOnly)
            .with_deletion_protection();
        let differences = other.verify(dynamodb.client()).await.unwrap().to_string();
        assert_eq!(
            differences,
            format!(
                "table `{name}` differs from its records:\n  \
                 attribute `status`: expected type N, found S\n  \
                 index `by_status`: expected global on status, found global on status, at\n  \
                 index `by_status`: does not hold all attributes\n  \
                 stream: expected KEYS_ONLY, found NEW_IMAGE\n  \
                 deletion protection is off"
            )
        );
    }

    #[tokio::test]
    async fn a_bare_table_lacks_index_and_expiry() {
        let dynamodb = EmbeddedDynamo::start().unwrap();
        let name = unique_table_name("things");
        let mut bare = TableSpec::of::<Both>().unwrap().named(&name);
        bare.indexes.clear();
        bare.ttl = None;
        bare.attributes.retain(|name, _| ["id", "at"].contains(name));
        bare.create(dynamodb.client()).await.unwrap();
        let spec = TableSpec::of::<Both>().unwrap().named(&name);
        let found = spec.verify(dynamodb.client()).await.unwrap();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "attribute `status`: expected type S, found none",
                "attribute `total`: expected type N, found none",
                "index `by_status`: missing",
                "index `by_total`: missing",
                "expiry attribute: expected due, found none",
            ]
        );
    }
}
