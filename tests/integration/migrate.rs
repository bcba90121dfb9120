//! Migrations of whole tables: what every test of them starts from. It never looks at how a migration
//! is made, only at what the table holds before and after.

mod capacity;
mod formats;
mod interrupted;
mod outcomes;
mod races;
mod runners;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::jobs::{FailureReason, Migration, checkpoint_table};
use dynacrypt::legacy::{ClearText, LegacyReading};
use dynacrypt::testing::{CapturedLogs, assert_absent, raw_items, unique_table_name};
use dynacrypt::{
    DynamoRepository, ExposeSecret, LocalKeyProvider, Principal, Record, Repository, Sealer, Secret,
};

use crate::world::World;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// In the clear before: one secret in place, one under another name.
#[derive(Debug, Record)]
#[dynacrypt(table = "people")]
pub(crate) struct Person {
    #[dynacrypt(partition_key, owner)]
    pub(crate) user_id: String,
    pub(crate) display_name: String,
    #[dynacrypt(authenticated)]
    pub(crate) role: String,
    #[encrypted(legacy = ClearText)]
    pub(crate) ssn: Secret<String>,
    #[encrypted(legacy = ClearText, legacy_name = "old_api_key")]
    pub(crate) api_key: Option<Secret<String>>,
    #[dynacrypt(version, default)]
    pub(crate) version: u64,
}

pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn id(number: usize) -> String {
    format!("user-{number:04}")
}

pub(crate) fn ssn(number: usize) -> String {
    format!("CANARY-ssn-{number:04}")
}

/// A person in the clear, with an attribute that the record does not know.
pub(crate) fn person(number: usize) -> Item {
    Item::from([
        ("user_id".to_owned(), s(id(number))),
        ("display_name".to_owned(), s(format!("Person {number}"))),
        ("role".to_owned(), s("member")),
        ("ssn".to_owned(), s(ssn(number))),
        ("old_api_key".to_owned(), s(format!("CANARY-key-{number:04}"))),
        ("unknown".to_owned(), AttributeValue::L(vec![s("stays"), AttributeValue::Bool(true)])),
    ])
}

/// As [`person`], as the attributes of the old form are named.
const OLD: [&str; 1] = ["old_api_key"];

pub(crate) fn reading() -> LegacyReading {
    LegacyReading::until(SystemTime::now() + Duration::from_hours(1)).with(ClearText)
}

pub(crate) fn job() -> &'static Principal {
    static JOB: LazyLock<Principal> = LazyLock::new(|| Principal::service("migration", "a test"));
    &JOB
}

/// A world with a sealer that reads the old form, a checkpoint table, and a clock that is set.
pub(crate) struct Move {
    pub(crate) world: World,
    pub(crate) keys: LocalKeyProvider,
    pub(crate) checkpoints: String,
    reading: LegacyReading,
    clock: Arc<AtomicU64>,
}

impl Move {
    pub(crate) async fn new<R: Record>(reading: LegacyReading) -> Self {
        let keys = LocalKeyProvider::generate().unwrap();
        let sealer = Sealer::new(keys.clone()).with_legacy(reading.clone());
        let world = World::with_sealer::<R>(sealer).await;
        let checkpoints = unique_table_name("checkpoints");
        checkpoint_table(&world.repository::<R>(), &checkpoints).await.unwrap();
        Self { world, keys, checkpoints, reading, clock: Arc::new(AtomicU64::new(1_000_000)) }
    }

    /// With so many people in the clear.
    pub(crate) async fn of_people(count: usize) -> Self {
        let this = Self::new::<Person>(reading()).await;
        for number in 0..count {
            this.world.put_raw(person(number)).await;
        }
        this
    }

    pub(crate) fn repository<R: Record>(&self) -> DynamoRepository<R> {
        self.with_clock(self.world.repository())
    }

    pub(crate) fn with_clock<R: Record>(
        &self,
        repository: DynamoRepository<R>,
    ) -> DynamoRepository<R> {
        let clock = Arc::clone(&self.clock);
        repository
            .with_clock(move || UNIX_EPOCH + Duration::from_millis(clock.load(Ordering::SeqCst)))
    }

    pub(crate) fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.clock.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) fn checkpointed<'a, R: Record + Send + Sync>(
        &self,
        repository: &'a DynamoRepository<R>,
    ) -> Migration<'a, R> {
        Migration::of(repository).checkpoint(&self.checkpoints, "job")
    }

    /// Every item, by `user_id` or whatever the partition key is.
    pub(crate) async fn items<R: Record>(&self) -> HashMap<String, Item> {
        let items = raw_items(self.world.backend.dynamodb(), &self.world.table).await.unwrap();
        let key = R::SCHEMA.partition_key().unwrap().name();
        items.into_iter().map(|item| (item[key].as_s().unwrap().clone(), item)).collect()
    }

    pub(crate) async fn rows(&self) -> Vec<Item> {
        raw_items(self.world.backend.dynamodb(), &self.checkpoints).await.unwrap()
    }

    /// A sealer that reads nothing but sealed items: the third deployment's.
    pub(crate) fn strict(&self) -> Sealer {
        Sealer::new(self.keys.clone())
    }

    /// Whether an item opens without any legacy reading, and holds nothing of the old form.
    pub(crate) async fn open_strictly<R: Record>(
        &self,
        item: &Item,
    ) -> Result<R, dynacrypt::Error> {
        assert!(
            OLD.iter().all(|name| !item.contains_key(*name)),
            "something of the old form is left"
        );
        self.strict().open::<R>(item.clone()).await
    }

    /// Checks that these people are sealed, with what they had.
    pub(crate) async fn assert_sealed(&self, numbers: impl IntoIterator<Item = usize>) {
        let items = self.items::<Person>().await;
        for number in numbers {
            let item = &items[&id(number)];
            let read = self.open_strictly::<Person>(item).await.unwrap();
            assert_eq!(*read.ssn.expose_secret(), ssn(number));
            let api_key = read.api_key.unwrap();
            assert_eq!(*api_key.expose_secret(), format!("CANARY-key-{number:04}"));
            for name in ["display_name", "role", "unknown", "user_id"] {
                assert_eq!(item[name], person(number)[name], "{name}");
            }
        }
    }
}

/// Keys of failed items, and why.
pub(crate) type Failed = Arc<Mutex<Vec<(String, FailureReason)>>>;

/// A migration that notes what failed.
pub(crate) fn noting<'a, R: Record + Send + Sync>(
    migration: Migration<'a, R>,
    failed: &Failed,
) -> Migration<'a, R> {
    let failed = Arc::clone(failed);
    let key = R::SCHEMA.partition_key().unwrap().name();
    migration.on_failure(move |item| {
        failed.lock().unwrap().push((item.key[key].as_s().unwrap().clone(), item.reason));
    })
}

#[tokio::test]
async fn a_table_in_the_clear_is_sealed_and_services_go_on() {
    let world = Move::of_people(30).await;
    let people = world.repository::<Person>();
    // What was sealed before stays byte for byte.
    let seven = people.get(job(), id(7)).await.unwrap().unwrap();
    people.put_request(job(), &seven).keep_unknown().send().await.unwrap();
    let before = world.items::<Person>().await;

    let logs = CapturedLogs::new();
    let run = world.checkpointed(&people).segments(3).page_size(4).run(job());
    let summary = logs.follow(run).await.unwrap();
    let counts = summary.counts();
    assert_eq!((counts.scanned(), counts.sealed(), counts.settled()), (30, 29, 1), "{summary}");
    assert!(summary.is_clean() && !summary.was_resumed() && !summary.was_finished());
    world.assert_sealed(0..30).await;
    let after = world.items::<Person>().await;
    assert_eq!(after[&id(7)], before[&id(7)]);

    // Nothing was told that is nobody's business.
    let rows = world.rows().await;
    assert_eq!(rows.len(), 3);
    let text = logs.text();
    assert!(text.contains("dynacrypt::jobs") && text.contains("dynacrypt::audit"), "{text}");
    assert!(!text.contains("dynacrypt::legacy"), "an event a field would drown the log");
    let read: u64 = world.reading.counts().values().sum();
    assert!(read >= 29, "{read} counted");
    let told: String = text
        .lines()
        .filter(|line| line.contains("dynacrypt::"))
        .chain([summary.to_string().as_str(), &format!("{summary:?} {rows:?}")])
        .fold(String::new(), |all, line| all + line + "\n");
    assert_absent(&told, ["CANARY-ssn", "CANARY-key", "user-00"]);
    dynacrypt::testing::assert_no_plaintext!(
        world.world.backend.dynamodb(),
        &world.world.table,
        ["CANARY-ssn", "CANARY-key"]
    );

    // Run again, it says that it was finished, and reads nothing.
    let again = world.checkpointed(&people).segments(3).run(job()).await.unwrap();
    assert!(again.was_finished() && again.counts() == counts, "{again}");
    assert_eq!(world.rows().await, rows);
    // Without a checkpoint it looks again, and finds nothing to do.
    let again = Migration::of(&people).run(job()).await.unwrap();
    assert_eq!((again.counts().settled(), again.counts().sealed()), (30, 0));
    assert_eq!(world.items::<Person>().await, after);
    // And the third deployment reads all of it.
    let strict =
        DynamoRepository::<Person>::new(world.world.backend.dynamodb().clone(), world.strict())
            .with_table_name(&world.world.table);
    assert!(strict.get(&Principal::owner(id(3)), id(3)).await.unwrap().is_some());
}

#[tokio::test]
async fn only_a_service_that_says_why_may_and_only_with_a_sealer_that_seals() {
    let world = Move::of_people(1).await;
    let people = world.repository::<Person>();
    for principal in [Principal::owner(id(0)), Principal::service("migration", " ")] {
        let error = Migration::of(&people).run(&principal).await.unwrap_err();
        assert!(error.is_access_denied(), "{error}");
    }
    for sealer in [
        world.world.sealer.clone().read_only(),
        world.world.sealer.clone().write_only(),
        // The first deployment.
        world.strict().at_stage(dynacrypt::legacy::Stage::ReadBoth, reading()),
    ] {
        let people =
            DynamoRepository::<Person>::new(world.world.backend.dynamodb().clone(), sealer)
                .with_table_name(&world.world.table);
        let error = Migration::of(&people).run(job()).await.unwrap_err();
        assert!(error.is_not_capable(), "{error}");
    }
    assert_eq!(world.items::<Person>().await[&id(0)], person(0));
}

/// A program can spawn it.
#[test]
fn a_run_can_be_sent_to_another_thread() {
    fn sent<T: Send>(_: impl FnOnce(&DynamoRepository<Person>) -> T) {}
    sent(|people| {
        let people = people.clone();
        async move { Migration::of(&people).run(job()).await }
    });
}
