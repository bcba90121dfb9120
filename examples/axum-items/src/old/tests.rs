//! An item as Python wrote it, through the three deployments. It never calls KMS: the data key is the
//! fixture's.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::base64;
use dynacrypt::expr::Update;
use dynacrypt::keys::BoxFuture;
use dynacrypt::legacy::{EncryptionContext, KmsGcm, LegacyReading, Stage, UnwrapDataKey};
use dynacrypt::testing::{EmbeddedDynamo, assert_no_plaintext, create_table, put_raw, raw_items};
use dynacrypt::{
    DynamoRepository, Error, ErrorKind, ExposeSecret, LocalKeyProvider, Principal, Record,
    Repository, Sealer, Secret,
};
use serde_json::Value;

use crate::record::{Face, Item};

const TABLE: &str = "secure_items";

/// Knows one data key.
#[derive(Debug)]
struct Known {
    wrapped: Vec<u8>,
    plain: Secret<Vec<u8>>,
}

impl UnwrapDataKey for Known {
    fn unwrap_data_key<'a>(
        &'a self,
        _: Option<&'a str>,
        wrapped: &'a [u8],
        context: &'a EncryptionContext,
    ) -> BoxFuture<'a, Result<Secret<Vec<u8>>, Error>> {
        let known = wrapped == self.wrapped && context.is_empty();
        let answer = known.then(|| self.plain.duplicate());
        Box::pin(async move { answer.ok_or_else(|| Error::new(ErrorKind::Decrypt)) })
    }
}

struct World {
    database: EmbeddedDynamo,
    sealer: Sealer,
    format: KmsGcm,
    item: HashMap<String, AttributeValue>,
    id: String,
    plaintext: String,
}

fn bytes(value: &Value) -> Vec<u8> {
    base64::decode(value.as_str().unwrap()).unwrap()
}

impl World {
    async fn new() -> Self {
        let fixtures = include_str!("../../../../tests/legacy/kms-gcm.json");
        let fixtures: Value = serde_json::from_str(fixtures).unwrap();
        let named = |of: &&Value| of["name"] == "unicode, no context";
        let fixture = fixtures["fixtures"].as_array().unwrap().iter().find(named).unwrap();
        let stored = &fixture["item"];
        let wrapped = bytes(&stored["encrypted_key"]["B"]);
        let of_it = |key: &&Value| bytes(&key["wrapped"]) == wrapped;
        let key = fixtures["data_keys"].as_array().unwrap().iter().find(of_it).unwrap();
        let plain = Secret::new(bytes(&key["plain"]));
        let binary = |name: &str| AttributeValue::B(Blob::new(bytes(&stored[name]["B"])));
        let id = stored["item_id"]["S"].as_str().unwrap().to_owned();
        let item = HashMap::from([
            ("item_id".to_owned(), AttributeValue::S(id.clone())),
            ("owner_id".to_owned(), AttributeValue::S("ada".to_owned())),
            ("sensitive_field".to_owned(), binary("sensitive_field")),
            ("encrypted_key".to_owned(), binary("encrypted_key")),
            ("nonce".to_owned(), binary("nonce")),
        ]);
        let database = EmbeddedDynamo::start().unwrap();
        create_table::<Item>(database.client(), TABLE).await.unwrap();
        put_raw(database.client(), TABLE, item.clone()).await.unwrap();
        Self {
            database,
            sealer: Sealer::new(LocalKeyProvider::generate().unwrap()),
            format: KmsGcm::new(Known { wrapped, plain }),
            item,
            id,
            plaintext: String::from_utf8(bytes(&fixture["plaintext"])).unwrap(),
        }
    }

    fn items(&self, stage: Stage) -> DynamoRepository<Item> {
        let sealer = self.sealer.clone().at_stage(stage, self.reading());
        DynamoRepository::new(self.database.client().clone(), sealer)
    }

    fn reading(&self) -> LegacyReading {
        let end = SystemTime::now() + Duration::from_hours(1);
        LegacyReading::until(end).with(self.format.clone())
    }

    fn whole(&self) -> Item {
        Item {
            item_id: self.id.clone(),
            owner_id: "ada".to_owned(),
            title: "Moved".to_owned(),
            secret: Secret::from(self.plaintext.as_str()),
            version: 0,
        }
    }
}

#[tokio::test]
async fn an_old_item_is_read_at_two_stages_written_at_one_and_refused_at_the_last() {
    let world = World::new().await;
    let (ada, bob, id) = (Principal::owner("ada"), Principal::owner("bob"), world.id.as_str());
    for stage in [Stage::ReadBoth, Stage::WriteSealed] {
        let items = world.items(stage);
        let item = items.get(&ada, id).await.unwrap().unwrap();
        assert_eq!(item.secret.expose_secret(), &world.plaintext);
        let face = items.get_projection::<Face>(&ada, id).await.unwrap().unwrap();
        assert_eq!((face.title.as_str(), face.version), ("", 0));
        let own = Item::indexes().by_owner.partition("ada");
        let page = items.query_index(&ada, own).project::<Face>().limit(9).page(None).await;
        assert_eq!(page.unwrap().items.remove(0).unwrap().item_id, id);
        assert!(items.get(&bob, id).await.unwrap().is_none());
    }
    let refused = world.items(Stage::RefuseOld).get(&ada, id).await.unwrap_err();
    assert!(refused.is_not_sealed(), "{refused}");

    let first = world.items(Stage::ReadBoth);
    assert!(first.replace(&ada, &world.whole()).await.unwrap_err().is_not_capable());
    let second = world.items(Stage::WriteSealed);
    assert!(
        second
            .replace(&bob, &Item { owner_id: "bob".to_owned(), ..world.whole() })
            .await
            .unwrap_err()
            .is_not_found()
    );
    let stored = raw_items(world.database.client(), TABLE).await.unwrap();
    assert_eq!(stored, std::slice::from_ref(&world.item));

    let update = Update::new().set(Item::columns().secret, Secret::from("CANARY"));
    second.update_request(&ada, id, update).expect_version(0).send().await.unwrap();
    assert_no_plaintext!(world.database.client(), TABLE, [&world.plaintext, "CANARY"]);
    put_raw(world.database.client(), TABLE, world.item.clone()).await.unwrap();

    second.replace(&ada, &world.whole()).await.unwrap();
    let stored = raw_items(world.database.client(), TABLE).await.unwrap().remove(0);
    assert!(!stored.contains_key("encrypted_key") && !stored.contains_key("nonce"));
    assert_no_plaintext!(world.database.client(), TABLE, [&world.plaintext]);
    let item = world.items(Stage::RefuseOld).get(&ada, id).await.unwrap().unwrap();
    assert_eq!((item.secret.expose_secret(), item.version), (&world.plaintext, 1));
}

/// The article's items have no owner: nobody is taken for it.
#[tokio::test]
async fn an_old_item_without_an_owner_is_nobodys() {
    let world = World::new().await;
    let mut item = world.item.clone();
    item.remove("owner_id");
    put_raw(world.database.client(), TABLE, item).await.unwrap();
    let items = world.items(Stage::WriteSealed);
    for caller in ["ada", ""].map(Principal::owner) {
        let found = items.get(&caller, world.id.as_str()).await;
        assert!(!matches!(found, Ok(Some(_))), "{caller:?}");
    }
}
