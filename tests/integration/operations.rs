//! What the guide's table of operations says and no other topic shows: the rest of the conditions,
//! and which reads are consistent.

use std::collections::{BTreeMap, BTreeSet};

use dynacrypt::codec::AsSet;
use dynacrypt::expr::{AttributeType, Condition};
use dynacrypt::{Record, Repository, Secret};
use serde_json::Value;

use crate::queries::recorded;
use crate::world::{SSN, World, alice};

#[derive(Debug, Record)]
#[dynacrypt(table = "parcels")]
struct Parcel {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[dynacrypt(sort_key)]
    number: u32,
    label: String,
    #[dynacrypt(with = AsSet)]
    tags: BTreeSet<String>,
    stops: Vec<String>,
    size: BTreeMap<String, u32>,
    #[encrypted]
    contents: Secret<String>,
}

fn parcel(number: u32) -> Parcel {
    Parcel {
        user_id: "alice".to_owned(),
        number,
        label: "fragile glass".to_owned(),
        tags: BTreeSet::from(["heavy".to_owned(), "insured".to_owned()]),
        stops: vec!["Basel".to_owned(), "Bern".to_owned()],
        size: BTreeMap::from([("height".to_owned(), 30), ("width".to_owned(), 20)]),
        contents: Secret::from(SSN),
    }
}

#[tokio::test]
async fn contains_type_and_place_are_conditions() {
    let world = World::new::<Parcel>().await;
    let parcels = world.repository::<Parcel>();
    parcels.create(&alice(), &parcel(1)).await.unwrap();
    let column = Parcel::columns();
    let conditions: Vec<(&str, Condition<Parcel>)> = vec![
        ("a text in a text", column.label.contains("glass")),
        ("one of a list", column.stops.contains("Bern")),
        ("a type", column.stops.attribute_type(AttributeType::L)),
        ("the type of a set", column.tags.attribute_type(AttributeType::Ss)),
        ("the size of a set", column.tags.size().eq(2)),
        ("a place in a map", column.size.key("height").gt(&29)),
        ("a place in a list", column.stops.index(0).begins_with("Ba")),
        ("the type of a place", column.size.key("width").attribute_type(AttributeType::N)),
        ("a place that is there", column.size.key("width").exists()),
        ("a place that is absent", column.size.key("depth").not_exists()),
    ];
    for (what, condition) in conditions {
        let kept = parcels.query(&alice(), "alice").filter(condition.clone()).count().await;
        assert_eq!(kept.unwrap(), 1, "{what}");
        let dropped = parcels.query(&alice(), "alice").filter(!condition.clone()).count().await;
        assert_eq!(dropped.unwrap(), 0, "not {what}");
        let record = parcel(1);
        let alice = alice();
        let put = parcels.put_request(&alice, &record).condition(condition.clone());
        put.send().await.unwrap_or_else(|error| panic!("{what}: {error}"));
        let put = parcels.put_request(&alice, &record).condition(!condition);
        assert!(put.send().await.unwrap_err().is_condition_failed(), "not {what}");
    }
}

#[tokio::test]
async fn reads_are_consistent_unless_told_otherwise() {
    let world = World::new::<Parcel>().await;
    let (http, parcels) = recorded::<Parcel>(&world);
    parcels.create(&alice(), &parcel(1)).await.unwrap();
    let service = dynacrypt::Principal::service("export", "ticket 1");
    for consistent in [true, false] {
        let parcels =
            if consistent { parcels.clone() } else { parcels.clone().eventually_consistent() };
        http.reset();
        assert!(parcels.get(&alice(), ("alice", 1)).await.unwrap().is_some());
        assert!(parcels.exists(&alice(), ("alice", 1)).await.unwrap());
        assert_eq!(parcels.query(&alice(), "alice").count().await.unwrap(), 1);
        assert_eq!(parcels.scan(&service).count().await.unwrap(), 1);
        assert!(parcels.batch_get(&alice(), [("alice", 1)]).await.unwrap().remove(0).is_ok());
        for request in http.requests() {
            let body: Value = serde_json::from_str(request.body()).unwrap();
            let said = body.get("ConsistentRead").or_else(|| {
                body["RequestItems"].as_object()?.values().next()?.get("ConsistentRead")
            });
            let said = said.and_then(Value::as_bool).unwrap_or(false);
            assert_eq!(said, consistent, "{}", request.body());
        }
        assert_eq!(http.requests().len(), 5);
    }
    http.reset();
    let query = parcels.query(&alice(), "alice").eventually_consistent();
    assert_eq!(query.count().await.unwrap(), 1);
    assert!(!http.requests()[0].body().contains("\"ConsistentRead\":true"));
}
