//! Old forms read through the mapper: where the field, the sealer and the time allow it, and nowhere
//! else. What it writes is sealed, and leaves nothing of the old form behind.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::expr::Update;
use dynacrypt::legacy::{ClearText, Fernet, Item, LegacyReading, OrClearText, SplitGcm, Stage};
use dynacrypt::record::HEADER_ATTRIBUTE;
use dynacrypt::testing::{CapturedLogs, assert_absent, assert_no_plaintext};
use dynacrypt::{
    DynamoRepository, Error, ExposeSecret, Principal, Projection, Record, Repository, Sealer,
    Secret,
};

use super::fixtures::{Fixture, Fixtures};
use crate::world::{World, alice, bob};

const PIN: &str = "CANARY-pin-0042";

#[derive(Debug, Record)]
#[dynacrypt(table = "users")]
#[dynacrypt(index(by_plan, partition_key = plan, project(email, ssn)))]
#[dynacrypt(index(by_city, partition_key = city))]
struct User {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    plan: String,
    city: Option<String>,
    #[encrypted(legacy = Fernet, legacy_name = "ssn_enc")]
    ssn: Option<Secret<String>>,
    #[encrypted(legacy = SplitGcm)]
    email: Option<Secret<String>>,
    #[encrypted(legacy = ClearText)]
    pin: Option<Secret<String>>,
    #[encrypted]
    note: Option<Secret<String>>,
}

#[derive(Debug, Projection)]
#[dynacrypt(record = User)]
struct Secrets {
    ssn: Option<Secret<String>>,
    email: Option<Secret<String>>,
}

/// Of what the index `by_plan` holds, what stood in another attribute before.
#[derive(Debug, Projection)]
#[dynacrypt(record = User)]
struct Ssn {
    ssn: Option<Secret<String>>,
}

/// What the index `by_plan` holds.
#[derive(Debug, Projection)]
#[dynacrypt(record = User)]
struct Email {
    email: Option<Secret<String>>,
}

struct Old {
    fernet: Fixtures,
    split: Fixtures,
}

impl Old {
    fn read() -> Self {
        Self { fernet: Fixtures::read("fernet"), split: Fixtures::read("split-gcm") }
    }

    fn ssn(&self) -> &Fixture {
        self.fernet.named("short, key 0")
    }

    fn email(&self) -> &Fixture {
        self.split.named("unicode, key 0")
    }

    fn reading(&self) -> LegacyReading {
        LegacyReading::until(SystemTime::now() + Duration::from_hours(1))
            .with(Fernet::new(self.fernet.keys[0].clone()))
            .with(SplitGcm::new(self.split.keys[0].clone()))
            .with(ClearText)
    }

    /// Alice's item, as the programs of before wrote it.
    fn item(&self) -> Item {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let (ssn, email) = (self.ssn(), self.email());
        Item::from([
            ("user_id".to_owned(), text("alice")),
            ("plan".to_owned(), text("gold")),
            ("ssn_enc".to_owned(), ssn.item[&ssn.field].clone()),
            ("email".to_owned(), email.item[&email.field].clone()),
            ("iv".to_owned(), email.item["iv"].clone()),
            ("tag".to_owned(), email.item["tag"].clone()),
            ("pin".to_owned(), text(PIN)),
            ("unknown".to_owned(), text("stays")),
        ])
    }

    fn assert_read(&self, user: &User) {
        let text =
            |secret: &Option<Secret<String>>| secret.as_ref().unwrap().expose_secret().clone();
        assert_eq!(text(&user.ssn).as_bytes(), self.ssn().plaintext);
        assert_eq!(text(&user.email).as_bytes(), self.email().plaintext);
        assert_eq!(text(&user.pin), PIN);
        assert_eq!((user.plan.as_str(), user.note.is_none()), ("gold", true));
    }

    fn canaries(&self) -> [String; 3] {
        let text = |fixture: &Fixture| String::from_utf8(fixture.plaintext.clone()).unwrap();
        [text(self.ssn()), text(self.email()), PIN.to_owned()]
    }
}

fn users(world: &World, sealer: Sealer) -> DynamoRepository<User> {
    DynamoRepository::new(world.backend.dynamodb().clone(), sealer).with_table_name(&world.table)
}

fn at(error: &Error) -> String {
    assert_absent(format!("{error:?} {error}"), ["CANARY"]);
    error.to_string()
}

#[tokio::test]
async fn an_old_item_is_read_counted_and_told() {
    let (world, old) = (World::new::<User>().await, Old::read());
    world.put_raw(old.item()).await;
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let reading = old.reading();
    let repository = users(&world, world.sealer.clone().with_legacy(reading.clone()));

    old.assert_read(&repository.get(&alice(), "alice").await.unwrap().unwrap());
    let listed = repository.query(&alice(), "alice").stream().collect_all().await.unwrap();
    old.assert_read(&listed[0]);
    assert_eq!(reading.counts(), BTreeMap::from([("ssn", 2), ("email", 2), ("pin", 2)]));
    drop(guard);

    let text = logs.text();
    let told: Vec<&str> = text.lines().filter(|line| line.contains("dynacrypt::legacy")).collect();
    assert_eq!(told.len(), 6, "one event a field");
    assert_absent(told.join("\n"), old.canaries());
    // What is in the clear in the table, the SDK shows at TRACE.
    let [ssn, email, _] = old.canaries();
    logs.assert_absent([ssn, email]);
    assert_absent(format!("{reading:?} {repository:?} {:?}", repository.sealer()), old.canaries());
    assert!(repository.get(&bob(), "alice").await.unwrap_err().is_access_denied());
}

#[tokio::test]
async fn it_takes_field_and_sealer_and_time() {
    let (world, old) = (World::new::<User>().await, Old::read());
    world.put_raw(old.item()).await;
    let refused = async |sealer: Sealer| {
        let error = users(&world, sealer).get(&alice(), "alice").await.unwrap_err();
        assert!(error.is_not_sealed(), "{error}");
        at(&error)
    };
    refused(world.sealer.clone()).await;
    refused(world.sealer.clone().at_stage(Stage::RefuseOld, old.reading())).await;
    let over = LegacyReading::until(SystemTime::now() - Duration::from_secs(1))
        .with(Fernet::new(old.fernet.keys[0].clone()))
        .with(SplitGcm::new(old.split.keys[0].clone()))
        .with(ClearText);
    assert!(refused(world.sealer.clone().with_legacy(over.clone())).await.contains("is over"));
    assert!(over.counts().is_empty());
    // A reader for some of the fields, or for another format.
    let clear = LegacyReading::until(SystemTime::now() + Duration::from_hours(1)).with(ClearText);
    assert!(refused(world.sealer.clone().with_legacy(clear)).await.contains("email"));
    let other = LegacyReading::until(SystemTime::now() + Duration::from_hours(1))
        .with(OrClearText(Fernet::new(old.fernet.keys[0].clone())));
    refused(world.sealer.clone().with_legacy(other)).await;

    let blind = users(&world, world.sealer.clone().with_legacy(old.reading()).write_only());
    assert!(blind.get(&alice(), "alice").await.unwrap_err().is_not_capable());
    // An encrypted field that never had an old form.
    let mut item = old.item();
    item.insert("note".to_owned(), AttributeValue::S("CANARY-note".to_owned()));
    world.put_raw(item).await;
    assert!(refused(world.sealer.clone().with_legacy(old.reading())).await.contains("`note`"));
}

#[tokio::test]
async fn what_is_written_is_sealed_and_leaves_nothing_old() {
    let (world, old) = (World::new::<User>().await, Old::read());
    world.put_raw(old.item()).await;
    let first = users(&world, world.sealer.clone().at_stage(Stage::ReadBoth, old.reading()));
    let user = first.get(&alice(), "alice").await.unwrap().unwrap();
    assert!(first.put(&alice(), &user).await.unwrap_err().is_not_capable());

    let second = users(&world, world.sealer.clone().at_stage(Stage::WriteSealed, old.reading()));
    second.put_request(&alice(), &user).keep_unknown().send().await.unwrap();
    let item = world.raw().await;
    for gone in ["ssn_enc", "iv", "tag"] {
        assert!(!item.contains_key(gone), "{gone}");
    }
    assert!(item.contains_key("unknown") && item.contains_key(HEADER_ATTRIBUTE));
    assert_no_plaintext!(world.backend.dynamodb(), &world.table, old.canaries());

    let third = users(&world, world.sealer.clone().at_stage(Stage::RefuseOld, old.reading()));
    old.assert_read(&third.get(&alice(), "alice").await.unwrap().unwrap());
}

#[tokio::test]
async fn an_old_program_that_wrote_since_is_heard_until_an_update() {
    let (world, old) = (World::new::<User>().await, Old::read());
    let repository = users(&world, world.sealer.clone().with_legacy(old.reading()));
    let user = User {
        user_id: "alice".to_owned(),
        plan: "gold".to_owned(),
        city: None,
        ssn: Some(Secret::from("CANARY-sealed")),
        email: Some(Secret::from("CANARY-sealed-email")),
        pin: None,
        note: Some(Secret::from("CANARY-note")),
    };
    repository.put(&alice(), &user).await.unwrap();
    let mut item = world.raw().await;
    for name in ["ssn_enc", "email", "iv", "tag"] {
        item.insert(name.to_owned(), old.item()[name].clone());
    }
    world.put_raw(item.clone()).await;

    let read = repository.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!(read.ssn.unwrap().expose_secret().as_bytes(), old.ssn().plaintext);
    assert_eq!(read.email.unwrap().expose_secret().as_bytes(), old.email().plaintext);
    assert_eq!(read.note.unwrap().expose_secret(), "CANARY-note");
    // The rest of the item is authenticated all the same.
    let mut moved = item.clone();
    moved.insert("user_id".to_owned(), AttributeValue::S("bob".to_owned()));
    world.put_raw(moved).await;
    assert!(repository.get(&bob(), "bob").await.unwrap_err().is_decrypt());
    repository.delete(&bob(), "bob").await.unwrap();

    let columns = User::columns();
    let update = Update::new().set(columns.ssn, Secret::from("CANARY-new")).remove(columns.email);
    repository.update(&alice(), "alice", update).await.unwrap();
    let left = world.raw().await;
    for gone in ["ssn_enc", "email", "iv", "tag"] {
        assert!(!left.contains_key(gone), "{gone}");
    }
    let read = repository.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!(read.ssn.unwrap().expose_secret(), "CANARY-new");
    assert!(read.email.is_none());
    // An update in the clear leaves what it does not speak of.
    world.put_raw(item).await;
    repository.update(&alice(), "alice", Update::new().set(columns.plan, "tin")).await.unwrap();
    assert!(world.raw().await.contains_key("ssn_enc"));
}

#[tokio::test]
async fn an_update_of_a_secret_seals_an_old_item_first() {
    let (world, old) = (World::new::<User>().await, Old::read());
    let columns = User::columns();
    let update = || Update::new().set(User::columns().note, Secret::from("CANARY-note"));
    world.put_raw(old.item()).await;
    let refusing = users(&world, world.sealer.clone());
    assert!(refusing.update(&alice(), "alice", update()).await.unwrap_err().is_not_sealed());
    let reading = users(&world, world.sealer.clone().at_stage(Stage::ReadBoth, old.reading()));
    assert!(reading.update(&alice(), "alice", update()).await.unwrap_err().is_not_capable());
    assert_eq!(world.raw().await, old.item());

    let writing = users(&world, world.sealer.clone().at_stage(Stage::WriteSealed, old.reading()));
    assert!(writing.update(&bob(), "alice", update()).await.unwrap_err().is_access_denied());
    // What is in the clear is changed in the old item as it is.
    let plan = Update::new().set(columns.plan, "gold");
    writing.update(&alice(), "alice", plan).await.unwrap();
    assert!(!world.raw().await.contains_key(HEADER_ATTRIBUTE));
    writing.update(&alice(), "alice", update()).await.unwrap();
    let item = world.raw().await;
    assert!(item.contains_key(HEADER_ATTRIBUTE) && item.contains_key("unknown"));
    assert!(!["ssn_enc", "iv", "tag"].iter().any(|gone| item.contains_key(*gone)));
    assert_no_plaintext!(world.backend.dynamodb(), &world.table, old.canaries());
    let mut user = refusing.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!(user.note.take().unwrap().expose_secret(), "CANARY-note");
    old.assert_read(&user);
    let nobody = writing.update(&bob(), "bob", update()).await.unwrap_err();
    assert!(nobody.is_not_found(), "{nobody}");
}

#[tokio::test]
async fn projections_fetch_what_the_old_form_needs() {
    let (world, old) = (World::new::<User>().await, Old::read());
    let mut item = old.item();
    item.insert("city".to_owned(), AttributeValue::S("Wien".to_owned()));
    world.put_raw(item).await;
    let reading = old.reading();
    let repository = users(&world, world.sealer.clone().with_legacy(reading.clone()));
    let check = |read: Secrets| {
        assert_eq!(read.ssn.unwrap().expose_secret().as_bytes(), old.ssn().plaintext);
        assert_eq!(read.email.unwrap().expose_secret().as_bytes(), old.email().plaintext);
    };
    check(repository.get_projection::<Secrets>(&alice(), "alice").await.unwrap().unwrap());
    let by_city = User::indexes().by_city;
    let query = repository.query(&alice(), "alice").project::<Secrets>();
    check(query.stream().collect_all().await.unwrap().remove(0));
    let query = repository.query_index(&alice(), by_city.partition("Wien")).project::<Secrets>();
    check(query.stream().collect_all().await.unwrap().remove(0));
    assert_eq!(reading.counts().get("pin"), None, "what is not wanted is not opened");

    // An index that lacks what the old form needs does not answer that there is nothing.
    let by_plan = || User::indexes().by_plan.partition("gold");
    let query = repository.query_index(&alice(), by_plan()).project::<Email>();
    let error = query.stream().collect_all().await.unwrap_err();
    assert!(error.is_not_sealed(), "{error}");
    let query = repository.query_index(&alice(), by_plan()).project::<Ssn>();
    let error = query.stream().collect_all().await.unwrap_err();
    assert!(error.is_not_sealed(), "{error}");
    let user = repository.get(&alice(), "alice").await.unwrap().unwrap();
    repository.put(&alice(), &user).await.unwrap();
    let query = repository.query_index(&alice(), by_plan()).project::<Ssn>();
    let ssn = query.stream().collect_all().await.unwrap().remove(0).ssn.unwrap();
    assert_eq!(ssn.expose_secret().as_bytes(), old.ssn().plaintext);
    let query = repository.query_index(&alice(), by_plan()).project::<Email>();
    let email = query.stream().collect_all().await.unwrap().remove(0).email.unwrap();
    assert_eq!(email.expose_secret().as_bytes(), old.email().plaintext);
}

#[tokio::test]
async fn what_is_damaged_is_refused_and_never_read_as_clear_text() {
    type Is = fn(&Error) -> bool;
    let (world, old) = (World::new::<User>().await, Old::read());
    let repository = users(&world, world.sealer.clone().with_legacy(old.reading()));
    let token = old.item()["ssn_enc"].as_s().unwrap().clone();
    let flipped = format!("{}{}", &token[..token.len() - 8], "AAAAAAA=");
    let stolen = old.split.named("short, key 1");
    let cases: [(&str, AttributeValue, Is); 5] = [
        ("ssn_enc", AttributeValue::S(flipped), Error::is_decrypt),
        ("ssn_enc", AttributeValue::S("CANARY-in-the-clear".to_owned()), Error::is_not_legacy),
        ("email", stolen.item[&stolen.field].clone(), Error::is_decrypt),
        ("iv", AttributeValue::Null(true), Error::is_decrypt),
        ("pin", AttributeValue::N("42".to_owned()), Error::is_invalid_item),
    ];
    for (name, value, is_expected) in cases {
        let mut item = old.item();
        item.insert(name.to_owned(), value);
        world.put_raw(item).await;
        let error = repository.get(&alice(), "alice").await.unwrap_err();
        assert!(is_expected(&error), "{name}: {error}");
        at(&error);
    }
    // A sealed field without its item's header, and a header that is none.
    let user = User { ssn: None, ..repository_user() };
    let sealed = world.sealer.seal(&user).await.unwrap().into_item();
    let mut headless = sealed.clone();
    headless.remove(HEADER_ATTRIBUTE);
    world.put_raw(headless).await;
    assert!(repository.get(&alice(), "alice").await.unwrap_err().is_not_sealed());
    for header in [AttributeValue::S("x".to_owned()), AttributeValue::B(Blob::new(b"x"))] {
        let mut item = old.item();
        item.insert(HEADER_ATTRIBUTE.to_owned(), header);
        world.put_raw(item).await;
        let error = repository.get(&alice(), "alice").await.unwrap_err();
        assert!(error.is_not_sealed() || error.is_decrypt(), "{error}");
    }
}

fn repository_user() -> User {
    User {
        user_id: "alice".to_owned(),
        plan: "gold".to_owned(),
        city: None,
        ssn: None,
        email: None,
        pin: None,
        note: Some(Secret::from("CANARY-note")),
    }
}

/// One attribute, in a format or in the clear.
#[derive(Debug, Record)]
#[dynacrypt(table = "mixed")]
struct Mixed {
    #[dynacrypt(partition_key)]
    id: String,
    #[encrypted(legacy = OrClearText<Fernet>)]
    ssn: Secret<String>,
    #[encrypted(legacy = ClearText)]
    limits: Option<Secret<Vec<u32>>>,
}

#[tokio::test]
async fn a_format_or_the_clear_by_each_item() {
    let (world, old) = (World::new::<Mixed>().await, Old::read());
    let job = Principal::service("migrate", "ticket 7");
    let reading = LegacyReading::until(SystemTime::now() + Duration::from_hours(1))
        .with(OrClearText(Fernet::new(old.fernet.keys[0].clone())))
        .with(ClearText);
    let repository = DynamoRepository::<Mixed>::new(
        world.backend.dynamodb().clone(),
        world.sealer.clone().with_legacy(reading),
    )
    .with_table_name(&world.table);
    let number = |number: &str| AttributeValue::N(number.to_owned());
    let item = |id: &str, ssn: AttributeValue| {
        Item::from([
            ("id".to_owned(), AttributeValue::S(id.to_owned())),
            ("ssn".to_owned(), ssn),
            ("limits".to_owned(), AttributeValue::L(vec![number("3"), number("4")])),
        ])
    };
    world.put_raw(item("token", old.item()["ssn_enc"].clone())).await;
    world.put_raw(item("clear", AttributeValue::S(PIN.to_owned()))).await;
    let token = repository.get(&job, "token").await.unwrap().unwrap();
    assert_eq!(token.ssn.expose_secret().as_bytes(), old.ssn().plaintext);
    assert_eq!(token.limits.unwrap().expose_secret(), &[3, 4]);
    let clear = repository.get(&job, "clear").await.unwrap().unwrap();
    assert_eq!(clear.ssn.expose_secret(), PIN);
}
