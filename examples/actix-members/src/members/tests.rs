//! The model layer at each stage of the move from the old form: what the AWS Encryption SDK for
//! Python wrote is read, and never written. It never calls a KMS.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use clap::Parser;
use dynacrypt::ExposeSecret;
use dynacrypt::keys::BoxFuture;
use dynacrypt::legacy::{AwsEsdk, EncryptionContext, LegacyReading, Stage, UnwrapDataKey};
use dynacrypt::testing::{assert_no_plaintext, put_raw, raw_items};
use example_common::demo::Issuer;
use example_common::options::Options;
use example_common::tokens::Verifier;
use serde_json::{Value, json};

use super::*;

/// Data keys that KMS wrapped, as they were recorded with the fixtures.
#[derive(Debug)]
struct Recorded(BTreeMap<String, Vec<u8>>);

fn base64(bytes: &Value) -> Vec<u8> {
    aws_smithy_types::base64::decode(bytes.as_str().unwrap()).unwrap()
}

impl UnwrapDataKey for Recorded {
    fn unwrap_data_key<'a>(
        &'a self,
        _: Option<&'a str>,
        wrapped: &'a [u8],
        _: &'a EncryptionContext,
    ) -> BoxFuture<'a, Result<Secret<Vec<u8>>, Error>> {
        let key = self.0.get(&aws_smithy_types::base64::encode(wrapped)).cloned();
        Box::pin(async { key.map(Secret::new).ok_or_else(|| Error::new(ErrorKind::Decrypt)) })
    }
}

/// An item that the Django service wrote, what is in it, and its data keys.
fn old_item() -> (HashMap<String, AttributeValue>, String, Recorded) {
    let file =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/legacy/aws-esdk.json"));
    let all: Value = serde_json::from_slice(&file.unwrap()).unwrap();
    let mut fixtures = all["fixtures"].as_array().unwrap().iter();
    let fixture = fixtures.find(|fixture| fixture["name"] == "default suite, short").unwrap();
    let keys = all["data_keys"].as_array().unwrap().iter();
    let known =
        keys.map(|key| (key["wrapped"].as_str().unwrap().to_owned(), base64(&key["plain"])));
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let number = fixture["item"]["ssn_encrypted"]["S"].as_str().unwrap();
    let item = [("user_id".to_owned(), text("ada")), ("ssn_encrypted".to_owned(), text(number))];
    let plain = String::from_utf8(base64(&fixture["plaintext"])).unwrap();
    (item.into(), plain, Recorded(known.collect()))
}

struct World {
    backend: Backend,
    members: Members,
    ada: Caller,
    plain: String,
}

impl World {
    /// The table with the old item, and the members of this deployment.
    async fn at(stage: Stage) -> Self {
        let (item, plain, keys) = old_item();
        let end = SystemTime::now() + Duration::from_hours(1);
        let reading = LegacyReading::until(end).with(AwsEsdk::new(keys));
        let options = Options::parse_from(["service"]);
        let backend = Backend::open(&options.backend).await.unwrap().at_stage(stage, reading);
        backend.prepare::<Member>().await.unwrap();
        put_raw(backend.dynamodb(), "members", item).await.unwrap();
        let members = Members::new(&backend, None);
        Self { backend, members, ada: caller("ada"), plain }
    }

    fn ada(&self) -> Own<'_> {
        self.members.of(&self.ada, "ada").unwrap()
    }
}

fn caller(sub: &str) -> Caller {
    let issuer = Issuer::generate().unwrap();
    let verifier = Verifier::new(&issuer.public_key(), "i", "a").unwrap();
    let claims = json!({ "sub": sub, "iss": "i", "aud": "a", "exp": 10_000_000_000_u64 });
    let token = issuer.sign(&claims).unwrap();
    verifier.caller([format!("Bearer {token}")]).unwrap()
}

fn part(body: Value) -> Part {
    serde_json::from_value(body).unwrap()
}

#[tokio::test]
async fn the_first_deployment_reads_the_old_form_and_writes_nothing() {
    let world = World::at(Stage::ReadBoth).await;
    let shown = world.ada().show().await.unwrap();
    assert!(shown.ssn_set && !shown.email_set && shown.version == 0);
    let refused = world.ada().change(part(json!({ "name": "Ada" })), 0).await.unwrap_err();
    assert_eq!(refused.status(), 503);
}

#[tokio::test]
async fn the_second_reads_it_and_writes_it_sealed() {
    let world = World::at(Stage::WriteSealed).await;
    let number = world.ada().ssn().await.unwrap();
    assert_eq!(number.0.expose_secret(), &world.plain);
    let version = world.ada().change(part(json!({ "name": "Ada", "plan": "plus" })), 0).await;
    assert_eq!(version, Ok(1));
    let items = raw_items(world.backend.dynamodb(), "members").await.unwrap();
    assert!(!items[0].contains_key("ssn_encrypted") && items[0]["ssn"].is_b());
    let plain = [world.plain.as_str()];
    assert_no_plaintext!(world.backend.dynamodb(), "members", plain);
    assert_eq!(world.ada().ssn().await.unwrap().0.expose_secret(), &world.plain);
}

#[tokio::test]
async fn the_third_refuses_it() {
    let world = World::at(Stage::RefuseOld).await;
    assert_eq!(world.ada().show().await.unwrap_err().status(), 500);
    assert_eq!(world.ada().ssn().await.err().unwrap().status(), 500);
}

#[tokio::test]
async fn another_is_refused_before_anything_is_looked_up() {
    let world = World::at(Stage::RefuseOld).await;
    let bob = caller("bob");
    for id in ["ada", "nobody", "", "BOB"] {
        let refused = world.members.of(&bob, id).err();
        assert_eq!(refused.map(|problem| problem.status().as_u16()), Some(403), "{id}");
    }
    assert!(world.members.of(&bob, "bob").is_ok());
}
