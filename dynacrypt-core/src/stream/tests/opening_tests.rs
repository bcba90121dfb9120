//! What opens: every operation and view type, images under other keys, one provider call a key. It
//! never touches what must be refused.

use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::*;
use crate::record::Key;
use crate::testing::assert_absent;

#[tokio::test]
async fn each_operation_opens_with_what_it_carries() {
    let sealer = sealer();
    let (old, new) = (sealed(&sealer, "a", "member").await, sealed(&sealer, "a", "admin").await);
    let records = [
        record(1, "INSERT", None, Some(&old)),
        record(2, "MODIFY", Some(&old), Some(&new)),
        record(3, "REMOVE", Some(&new), None),
    ];
    let opened: Vec<_> = open(&sealer, records).await.into_iter().map(Result::unwrap).collect();

    let roles = |change: &Change<Profile>| {
        [change.old_image(), change.new_image()].map(|image| image.map(|image| image.role.clone()))
    };
    let text = |role: &str| Some(role.to_owned());
    assert_eq!(roles(&opened[0]), [None, text("member")]);
    assert_eq!(roles(&opened[1]), [text("member"), text("admin")]);
    assert_eq!(roles(&opened[2]), [text("admin"), None]);
    assert!(matches!(opened[0].kind(), ChangeKind::Inserted { new: Some(_) }));
    assert!(matches!(opened[1].kind(), ChangeKind::Modified { old: Some(_), new: Some(_) }));
    assert!(matches!(opened[2].kind(), ChangeKind::Removed { old: Some(_), expired: false }));

    for (change, number) in opened.iter().zip(1_u64..) {
        let image = change.new_image().or(change.old_image()).unwrap();
        assert_eq!((image.user_id.as_str(), image.number), ("a", 7));
        assert_eq!(image.note.as_deref(), Some(NOTE));
        assert_eq!(image.ssn.expose_secret(), SSN);
        assert_eq!(*change.key(), Key::composite(&"a".to_owned(), &7));
        assert_eq!(change.sequence_number(), format!("4421584500000000017450439{number:03}"));
        let id = format!("c4ca4238a0b923820dcc509a6f75849{number}");
        assert_eq!(change.event_id(), Some(id.as_str()));
        let created = UNIX_EPOCH + Duration::from_secs(1_767_225_600 + number);
        assert_eq!(change.approximate_creation(), Some(created));
        assert_absent(format!("{change:?}"), [SSN, NOTE]);
    }
    let kind = opened.into_iter().next_back().unwrap().into_kind();
    assert_eq!(
        format!("{kind:?}"),
        r#"Removed { record: "Profile", old: true, new: false, expired: false }"#
    );
}

#[tokio::test]
async fn removal_by_time_to_live_is_told_apart() {
    let sealer = sealer();
    let item = sealed(&sealer, "a", "member").await;
    for (identity, by_time) in [
        (json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" }), true),
        (json!({ "type": "Service", "principalId": "other.amazonaws.com" }), false),
        (json!({ "type": "User", "principalId": "dynamodb.amazonaws.com" }), false),
        (Value::Null, false),
    ] {
        let mut record = record(1, "REMOVE", Some(&item), None);
        record["userIdentity"] = identity;
        let kind = open_one(&sealer, record).await.unwrap().into_kind();
        assert!(matches!(kind, ChangeKind::Removed { expired, .. } if expired == by_time));
    }
}

#[tokio::test]
async fn images_that_the_stream_does_not_carry_are_absent() {
    let sealer = sealer();
    let item = sealed(&sealer, "a", "member").await;
    for (view, has_old, has_new) in [
        ("KEYS_ONLY", false, false),
        ("NEW_IMAGE", false, true),
        ("OLD_IMAGE", true, false),
        ("NEW_AND_OLD_IMAGES", true, true),
    ] {
        for (name, may_old, may_new) in
            [("INSERT", false, true), ("MODIFY", true, true), ("REMOVE", true, false)]
        {
            let (old, new) = (has_old && may_old, has_new && may_new);
            let mut record = record(1, name, Some(&item), Some(&item));
            let change = record["dynamodb"].as_object_mut().unwrap();
            change.insert("StreamViewType".to_owned(), json!(view));
            for (image, there) in [("OldImage", old), ("NewImage", new)] {
                if !there {
                    change.insert(image.to_owned(), Value::Null);
                }
            }
            let opened = open_one(&sealer, record).await.unwrap();
            assert_eq!(opened.old_image().is_some(), old, "{view} {name}");
            assert_eq!(opened.new_image().is_some(), new, "{view} {name}");
            assert_eq!(*opened.key(), Key::composite(&"a".to_owned(), &7));
        }
    }
}

#[tokio::test]
async fn what_the_event_leaves_out_is_no_guess() {
    let sealer = sealer();
    let item = sealed(&sealer, "a", "member").await;
    let mut record = record(1, "MODIFY", None, Some(&item));
    for name in ["ApproximateCreationDateTime", "StreamViewType", "OldImage"] {
        record["dynamodb"].as_object_mut().unwrap().remove(name);
    }
    let change = open_one(&sealer, record).await.unwrap();
    assert_eq!(change.approximate_creation(), None);
    assert!(change.old_image().is_none() && change.new_image().is_some());
}

#[tokio::test]
async fn old_images_stay_closed_where_nobody_wants_them() {
    let sealer = sealer();
    let new = sealed(&sealer, "a", "member").await;
    // In the clear, as before a migration.
    let mut old = new.clone();
    old.remove("_dc");
    old.insert("ssn".to_owned(), AttributeValue::S("in the clear".to_owned()));
    let records =
        [record(1, "MODIFY", Some(&old), Some(&new)), record(2, "REMOVE", Some(&old), None)];

    for outcome in open(&sealer, records.clone()).await {
        assert!(outcome.unwrap_err().error().is_not_sealed());
    }
    let reader = ChangeReader::new(sealer, TABLE).without_old_images();
    let batch = reader.batch(&service(), event(records).records).unwrap();
    let opened = batch.open_all::<Profile>().await;
    assert!(matches!(
        opened[0].as_ref().unwrap().kind(),
        ChangeKind::Modified { old: None, new: Some(_) }
    ));
    assert!(matches!(
        opened[1].as_ref().unwrap().kind(),
        ChangeKind::Removed { old: None, expired: false }
    ));
}

#[tokio::test]
async fn lambda_records_lose_nothing() {
    let sealer = sealer();
    let mut item = sealed(&sealer, "a", "member").await;
    item.extend(every_attribute());
    let event = event([record(1, "INSERT", None, Some(&item))]);
    let raw = RawChange::from(&event.records[0]);
    assert_eq!(raw.new.as_ref(), Some(&item));
    assert_absent(format!("{raw:?}"), [NOTE]);
    assert!(open_one(&sealer, record(1, "INSERT", None, Some(&item))).await.is_ok());
}

#[tokio::test]
async fn self_contained_fields_open() {
    #[derive(Record)]
    #[dynacrypt(table = "profiles", crate = crate)]
    struct Vectored {
        #[dynacrypt(partition_key, owner)]
        user_id: String,
        display_name: String,
        #[dynacrypt(authenticated)]
        role: String,
        #[encrypted]
        ssn: Secret<String>,
        #[encrypted]
        api_key: Option<Secret<String>>,
    }
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/v1.json")).unwrap();
    let vector = vectors.as_array().unwrap().iter();
    let vector = vector.clone().find(|v| v["name"] == "profile_self_contained").unwrap();
    let hex = vector["wrapping_key"].as_str().unwrap();
    let digits = (0..hex.len()).step_by(2);
    let mut key: Vec<u8> =
        digits.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    let sealer = Sealer::new(LocalKeyProvider::from_bytes(&mut key).unwrap());

    let mut record = record(1, "INSERT", None, Some(&sealed(&sealer, "a", "member").await));
    record["dynamodb"]["NewImage"] = vector["item"].clone();
    record["dynamodb"]["Keys"] = json!({ "user_id": vector["item"]["user_id"] });
    let reader = ChangeReader::new(sealer, TABLE);
    let batch = reader.batch(&service(), event([record]).records).unwrap();
    let opened = batch.open_all::<Vectored>().await.remove(0).unwrap();
    let image = opened.new_image().unwrap();
    assert_eq!(image.ssn.expose_secret(), "219-09-9999");
    assert!(image.api_key.is_some() && !image.role.is_empty() && !image.display_name.is_empty());
    assert_eq!(*opened.key(), Key::new(&image.user_id));
}
