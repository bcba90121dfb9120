//! What goes into a schema document comes out of it, and what contradicts itself is refused. Nothing
//! is generated here.

use super::*;
use crate::context::ScalarType;
use crate::record::{FieldKind, FieldRole, FieldSpec, IndexHolds, IndexSpec, Segment, Template};

static SEGMENTS: [Segment; 3] = [
    Segment::Literal("USER#"),
    Segment::Field { name: "user_id", width: 0 },
    Segment::Literal("#ORDERS"),
];
static FIELDS: [FieldSpec; 7] = [
    FieldSpec::new("pk", FieldKind::PartitionKey(ScalarType::S))
        .made_by(Template::new(&SEGMENTS))
        .owner_in(0),
    FieldSpec::new("sk", FieldKind::SortKey(ScalarType::N)),
    FieldSpec::new("status", FieldKind::Clear),
    FieldSpec::new("total", FieldKind::Authenticated),
    FieldSpec::new("card", FieldKind::Encrypted).bound_as("pan"),
    FieldSpec::new("expires", FieldKind::Clear).with_role(FieldRole::Ttl),
    FieldSpec::new("_et", FieldKind::Entity("order")),
];
static INDEXES: [IndexSpec; 1] =
    [IndexSpec::new("by_status", false, (2, ScalarType::S), None, IndexHolds::Fields(&[3]))];

fn schema() -> Schema {
    Schema::new("Order", "shop", &FIELDS, true)
        .with_indexes(&INDEXES)
        .with_sensitive(&["card", "card_code"])
}

#[test]
fn a_schema_survives_json() {
    let description = SchemaDescription::from(&schema());
    let json = description.to_json().unwrap();
    assert_eq!(SchemaDescription::from_json(&json).unwrap(), description);
    let list = SchemaDescription::list_from_json(&format!("[{json},{json}]")).unwrap();
    assert_eq!(list.len(), 2);
    assert!(json.contains("\"holds\": [\n"), "{json}");
    assert!(description.sensitive_names().eq(["card", "pan", "card_code"]));
    assert!(description.attributes().any(|name| name == "_et"));
}

#[test]
fn documents_that_contradict_themselves_are_refused() {
    let good = r#"{"dynacrypt_schema":1,"record":"R","table":"t","fields":[{"name":"id","kind":"partition_key","type":"S"}]}"#;
    SchemaDescription::from_json(good).unwrap();
    for (from, to) in [
        ("\"dynacrypt_schema\":1", "\"dynacrypt_schema\":2"),
        ("\"table\":\"t\"", "\"table\":\"\""),
        ("partition_key", "sort_key"),
        ("partition_key", "partition-key"),
        ("\"S\"", "\"BOOL\""),
        ("\"S\"", "\"X\""),
        (",\"type\":\"S\"", ""),
        ("\"id\"", "\"_dc\""),
        ("\"id\"", "\"\""),
        ("\"table\"", "\"tabel\""),
        ("}]}", "},{\"name\":\"id\",\"kind\":\"clear\"}]}"),
        ("}]}", ",\"template\":[]}]}"),
        ("}]}", ",\"value\":\"x\"}]}"),
        ("}]}", ",\"owner\":true,\"template\":[\"U#\",{\"field\":\"u\"}]}]}"),
        ("}]}", "},{\"name\":\"o\",\"kind\":\"clear\",\"owner\":true}]}"),
        ("}]}", "}],\"indexes\":[{\"name\":\"i\",\"partition_key\":\"other\"}]}"),
        ("{\"dyna", "[{\"dyna"),
    ] {
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        let error = SchemaDescription::from_json(&bad).unwrap_err();
        assert!(error.is_invalid_policy(), "{bad}");
    }
    assert!(SchemaDescription::list_from_json("[]").is_err());
}

#[test]
fn errors_say_where_and_quote_nothing() {
    let error = SchemaDescription::from_json("{\"CANARY\": 1}").unwrap_err();
    assert!(error.to_string().contains("line 1"), "{error}");
    assert!(!format!("{error:?}").contains("CANARY"));
}
