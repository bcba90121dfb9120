//! Conditions on writes: what holds is written, what does not is a conflict, and neither tells
//! anything of another owner's item.

use dynacrypt::expr::{Condition, Update};
use dynacrypt::testing::{self, FaultyHttp};
use dynacrypt::{DynamoRepository, ErrorKind, ExposeSecret, Record, Repository, Secret};
use proptest::prelude::*;
use serde_json::Value;

use crate::world::{API_KEY, Document, Profile, SSN, World, alice, bob, document, profile};

/// A repository whose requests are recorded, and its table.
async fn recorded<R: Record>() -> (World, FaultyHttp, DynamoRepository<R>) {
    let world = World::new::<R>().await;
    let http = FaultyHttp::new();
    let config = world.backend.dynamodb_config().http_client(http.clone()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let repository =
        DynamoRepository::new(client, world.sealer.clone()).with_table_name(&world.table);
    (world, http, repository)
}

#[tokio::test]
async fn what_holds_is_written_and_what_does_not_is_a_conflict() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    profiles.create(&alice(), &profile("alice")).await.unwrap();
    let alice = alice();
    let record = profile("alice");
    let c = Profile::columns();
    let holds: Vec<fn() -> Condition<Profile>> = vec![
        || Profile::columns().display_name.eq("Display of alice"),
        || Profile::columns().role.is_in(["admin", "member"]),
        || Profile::columns().ssn.exists(),
        || !Profile::columns().api_key.not_exists(),
        || Profile::columns().display_name.size().gt(3).and(Profile::columns().role.ne("x")),
        || Profile::columns().role.begins_with("mem").or(Profile::columns().role.eq("x")),
        || Profile::columns().role.between("a", "z"),
    ];
    for condition in holds {
        let before = world.raw().await;
        profiles.put_request(&alice, &record).condition(condition()).send().await.unwrap();
        assert_ne!(world.raw().await["_dc"], before["_dc"], "sealed anew");
        let update = Update::new().set(c.display_name, "Display of alice");
        let request = profiles.update_request(&alice, "alice", update);
        request.condition(condition()).send().await.unwrap();

        // And its opposite.
        let before = world.raw().await;
        let request = profiles.put_request(&alice, &record).condition(!condition());
        let put = request.send().await.unwrap_err();
        let request = profiles.put_request(&alice, &record).replace_only().condition(!condition());
        let replace = request.return_existing().send().await.unwrap_err();
        let secret = Update::new().set(c.ssn, Secret::from("x"));
        let request = profiles.update_request(&alice, "alice", secret).condition(!condition());
        let update = request.return_existing().send().await.unwrap_err();
        let request = profiles.delete_request(&alice, "alice").condition(!condition());
        let delete = request.return_existing().send().await.unwrap_err();
        assert!(put.existing::<Profile>().is_none(), "not asked for");
        for error in [&replace, &update, &delete] {
            assert_eq!(error.existing::<Profile>().unwrap().ssn.expose_secret(), SSN);
            assert!(error.existing::<Document>().is_none(), "of its type alone");
        }
        for error in [put, replace, update, delete] {
            assert!(error.is_condition_failed() && error.is_conflict(), "{error}");
            assert!(!error.is_version_conflict());
            assert_eq!(error.to_string(), "a condition did not hold");
            assert!(!format!("{error:?}").contains("CANARY"), "{error:?}");
        }
        assert_eq!(world.raw().await, before);
    }
    // Conditions are joined.
    let request = profiles.delete_request(&alice, "alice").condition(c.role.eq("member"));
    let error = request.condition(c.role.eq("admin")).send().await.unwrap_err();
    assert!(error.is_condition_failed());
    let request = profiles.delete_request(&alice, "alice").condition(c.role.eq("member"));
    assert_eq!(request.return_old().send().await.unwrap().unwrap().ssn.expose_secret(), SSN);
    assert!(profiles.get(&alice, "alice").await.unwrap().is_none());
}

#[tokio::test]
async fn an_absent_item_meets_what_it_can() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    let (alice, record, c) = (alice(), profile("alice"), Profile::columns());
    let fails = || c.role.eq("member");
    for request in
        [profiles.put_request(&alice, &record), profiles.put_request(&alice, &record).create_only()]
    {
        let error = request.condition(fails()).return_existing().send().await.unwrap_err();
        assert!(error.is_condition_failed() && error.existing::<Profile>().is_none(), "{error}");
    }
    let request = profiles.put_request(&alice, &record).replace_only().condition(fails());
    assert!(request.send().await.unwrap_err().is_not_found());
    let update = Update::new().set(c.display_name, "x");
    let request = profiles.update_request(&alice, "alice", update).condition(c.role.not_exists());
    assert!(request.send().await.unwrap_err().is_not_found(), "even where it holds");
    let request = profiles.delete_request(&alice, "alice").condition(c.role.not_exists());
    assert!(!request.send().await.unwrap());
    let request = profiles.put_request(&alice, &record).condition(c.role.not_exists());
    request.send().await.unwrap();
    let error = profiles
        .put_request(&alice, &record)
        .create_only()
        .return_existing()
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.existing::<Profile>().is_some(), "one's own");
}

/// Whatever Bob demands of a key, Alice's item under it and none at all answer alike.
#[tokio::test]
async fn conditions_tell_nothing_of_another_owners_item() {
    let world = World::new::<Document>().await;
    let documents = world.repository::<Document>();
    documents.create(&alice(), &document(1, "alice")).await.unwrap();
    let before = world.raw().await;
    let c = Document::columns();
    let bob = bob();
    let conditions: Vec<fn() -> Condition<Document>> = vec![
        || Document::columns().owner_id.eq("alice"),
        || Document::columns().title.exists(),
        || Document::columns().title.not_exists(),
        || Document::columns().number.ge(0_u32),
        || Document::columns().body.exists(),
    ];
    for condition in conditions {
        let mut answers = Vec::new();
        for number in [1_u32, 2] {
            let (key, record) = (("inbox", number), document(number, "bob"));
            let update = Update::new().set(c.title, "x");
            let request = documents.update_request(&bob, key, update).condition(condition());
            let update = request.return_existing().send().await.unwrap_err();
            let secret = Update::new().set(c.body, Secret::from("x"));
            let request = documents.update_request(&bob, key, secret).condition(condition());
            let secret = request.return_existing().send().await.unwrap_err();
            let request = documents.put_request(&bob, &record).replace_only();
            let request = request.condition(condition()).return_existing();
            let replace = request.send().await.unwrap_err();
            let request = documents.delete_request(&bob, key).condition(condition());
            assert!(!request.return_existing().send().await.unwrap());
            let request = documents.delete_request(&bob, key).condition(condition());
            assert!(request.return_old().send().await.unwrap().is_none());
            for error in [&update, &secret, &replace] {
                assert!(error.existing::<Document>().is_none());
                assert!(error.service_error().is_none(), "no request id, no code");
            }
            answers.push([update, secret, replace].map(|error| format!("{error:?}")));
        }
        assert_eq!(answers[0], answers[1]);
        // A put that an absent item would refuse as well.
        let fails = || c.title.eq("no such title").and(condition());
        let mut answers = Vec::new();
        for number in [1_u32, 2] {
            let record = document(number, "bob");
            let request = documents.put_request(&bob, &record).condition(fails());
            let error = request.return_existing().send().await.unwrap_err();
            assert!(error.existing::<Document>().is_none());
            answers.push(format!("{error:?}"));
        }
        assert_eq!(answers[0], answers[1]);
    }
    assert_eq!(world.raw().await, before);
}

#[tokio::test]
async fn an_existing_item_that_does_not_open_is_left_out() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    let alice = alice();
    profiles.create(&alice, &profile("alice")).await.unwrap();
    let mut item = world.raw().await;
    item.insert("role".to_owned(), "admin".to_owned().into_attribute());
    world.put_raw(item).await;
    let record = profile("alice");
    let request = profiles.put_request(&alice, &record).create_only().return_existing();
    let error = request.send().await.unwrap_err();
    assert!(error.is_conflict() && error.existing::<Profile>().is_none(), "{error}");
}

trait IntoAttribute {
    fn into_attribute(self) -> aws_sdk_dynamodb::types::AttributeValue;
}

impl IntoAttribute for String {
    fn into_attribute(self) -> aws_sdk_dynamodb::types::AttributeValue {
        aws_sdk_dynamodb::types::AttributeValue::S(self)
    }
}

/// What cannot be sealed into on its own is told apart, on one's own item alone.
#[tokio::test]
async fn an_item_that_takes_no_field_of_its_own_says_why() {
    let world = World::new::<Document>().await;
    let documents = world.repository::<Document>();
    let key = ("inbox", 1_u32);
    let c = Document::columns();
    documents.create(&alice(), &document(1, "alice")).await.unwrap();
    let item = world.raw().await;
    let header = |change: fn(&mut Vec<u8>)| {
        let mut item = item.clone();
        let mut bytes = item["_dc"].as_b().unwrap().as_ref().to_vec();
        change(&mut bytes);
        let blob = aws_sdk_dynamodb::primitives::Blob::new(bytes);
        item.insert("_dc".to_owned(), aws_sdk_dynamodb::types::AttributeValue::B(blob));
        item
    };
    let mut unsealed = item.clone();
    unsealed.remove("_dc");
    for (changed, kind) in [
        (unsealed, ErrorKind::NotSealed),
        (header(|bytes| bytes[4] = 1), ErrorKind::InvalidItem),
        (header(|bytes| bytes[2] = 2), ErrorKind::Decrypt),
        (header(|bytes| bytes.truncate(3)), ErrorKind::Decrypt),
    ] {
        world.put_raw(changed.clone()).await;
        let update = || Update::new().set(c.body, Secret::from("x"));
        let error = documents.update(&alice(), key, update()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(documents.update(&bob(), key, update()).await.unwrap_err().is_not_found());
        assert_eq!(world.raw().await, changed);
        // What is in the clear may change all the same.
        documents.update(&alice(), key, Update::new().set(c.title, "x")).await.unwrap();
    }
}

#[derive(Debug, Record)]
#[dynacrypt(table = "vaults")]
struct Opened {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[encrypted]
    pin: Option<Secret<String>>,
}

#[derive(Debug, Record)]
#[dynacrypt(table = "vaults", whole)]
struct Vault {
    #[dynacrypt(partition_key, owner)]
    id: String,
    label: String,
    #[encrypted]
    pin: Secret<String>,
}

/// A `whole` record: its secrets are not offered to updates, and its clear fields are.
#[tokio::test]
async fn a_whole_record_is_updated_in_the_clear() {
    let world = World::new::<Vault>().await;
    let vaults = world.repository::<Vault>();
    let vault = Vault { id: "alice".into(), label: "a".into(), pin: Secret::from(API_KEY) };
    vaults.create(&alice(), &vault).await.unwrap();
    let c = Vault::columns();
    vaults.update(&alice(), "alice", Update::new().set(c.label, "b")).await.unwrap();
    let read = vaults.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!((read.label.as_str(), read.pin.expose_secret().as_str()), ("b", API_KEY));

    // The same table, by a record that is not `whole` any more: the item says that it was.
    let opened = world.repository::<Opened>();
    let c = Opened::columns();
    for update in [Update::new().set(c.pin, Secret::from("x")), Update::new().remove(c.pin)] {
        let error = opened.update(&alice(), "alice", update).await.unwrap_err();
        assert!(error.is_invalid_item(), "{error}");
    }
    assert!(vaults.get(&alice(), "alice").await.unwrap().is_some());
}

mod names {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, Record)]
    #[dynacrypt(table = "bags")]
    pub(super) struct Bag {
        #[dynacrypt(partition_key, owner)]
        user_id: String,
        things: BTreeMap<String, BTreeMap<String, String>>,
    }

    /// The texts of a request's expressions, and the names behind the placeholders.
    pub(super) fn expressions(body: &str) -> (Vec<String>, Vec<String>) {
        let body: Value = serde_json::from_str(body).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let fields = body.as_object().unwrap().iter();
        let texts = fields.filter(|(name, _)| name.ends_with("Expression"));
        let names = body["ExpressionAttributeNames"].as_object().unwrap().values();
        (texts.map(|(_, value)| text(value)).collect(), names.map(text).collect())
    }

    pub(super) async fn texts(key: &str, value: &str) -> (Vec<String>, Vec<String>) {
        let http = FaultyHttp::canned();
        http.plan_any(1, testing::HttpFault::Reply { status: 200, body: "{}".to_owned() });
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version_latest()
            .region(aws_sdk_dynamodb::config::Region::new("us-east-1"))
            .credentials_provider(aws_sdk_dynamodb::config::Credentials::new(
                "id", "secret", None, None, "test",
            ))
            .endpoint_url("http://localhost:1")
            .http_client(http.clone());
        let sealer = dynacrypt::Sealer::new(dynacrypt::LocalKeyProvider::generate().unwrap());
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        let bags = DynamoRepository::<Bag>::new(client, sealer);
        let c = Bag::columns();
        let update = Update::new()
            .set_path(c.things.key("fixed").key(key), &value)
            .remove_path(c.things.key("other"));
        let alice = alice();
        let condition = c.things.key("x").key(key).eq(&value).or(c.things.key(key).not_exists());
        let request = bags.update_request(&alice, "alice", update).condition(condition);
        request.send().await.unwrap();
        expressions(http.requests().remove(0).body())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No name in a map and no value becomes part of an expression: whatever they are, its text is
    /// the same, but for which placeholder stands for which name.
    #[test]
    fn names_and_values_never_become_syntax(
        key in "(\\PC*|[#:.\\[\\]() =<>,a-z0-9]{1,20}|SET|#n0|:v0|a\\.b\\[0\\])",
        value in "\\PC*",
    ) {
        prop_assume!(!["fixed", "other", "x", "things", "user_id"].contains(&key.as_str()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (expected, _) = runtime.block_on(names::texts("plain", "value"));
        let (found, names) = runtime.block_on(names::texts(&key, &value));
        prop_assert_eq!(found, expected);
        prop_assert!(names.contains(&key));
    }
}

#[tokio::test]
async fn a_condition_without_a_stored_form_is_refused_before_anything_is_sent() {
    let (_world, http, profiles) = recorded::<Profile>().await;
    let (alice, record, c) = (alice(), profile("alice"), Profile::columns());
    let conditions: Vec<Condition<Profile>> =
        vec![c.role.is_in(Vec::<String>::new()), c.role.is_in((0..101).map(|n| n.to_string()))];
    for condition in conditions {
        let request = profiles.put_request(&alice, &record).condition(condition.clone());
        assert!(request.send().await.unwrap_err().is_invalid_record());
        let request = profiles.delete_request(&alice, "alice").condition(condition);
        assert!(request.send().await.unwrap_err().is_invalid_record());
    }
    assert_eq!(http.requests().len(), 0);
}
