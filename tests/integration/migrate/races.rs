//! Others write between reading and writing, and lose nothing: at each such moment, not by chance. It
//! never waits for a race to happen.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{Config, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::expr::Update;
use dynacrypt::jobs::{FailureReason, Migration, MigrationSummary};
use dynacrypt::testing::put_raw;
use dynacrypt::{DynamoRepository, ExposeSecret, Record, Repository, Secret};

use super::{Failed, Item, Move, Person, id, job, noting, person, s};

type Doing = Pin<Box<dyn Future<Output = ()>>>;
type Act = dyn Fn(Client, usize) -> Doing + Send + Sync;
/// The world, the summary, how many writes were sent, what failed.
type Raced = (Move, MigrationSummary, usize, Vec<(String, FailureReason)>);

/// Before each request of an operation on a table goes out: something else, to its end.
pub(super) struct Before {
    operation: &'static str,
    table: String,
    config: Config,
    seen: Arc<AtomicUsize>,
    act: Box<Act>,
}

impl std::fmt::Debug for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Before(..)")
    }
}

impl Intercept for Before {
    fn name(&self) -> &'static str {
        "Before"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
        if target.ends_with(self.operation) && body.contains(&format!("\"{}\"", self.table)) {
            let number = self.seen.fetch_add(1, Ordering::SeqCst);
            // A thread, a runtime and a client of its own: this one waits.
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let runtime =
                        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    let client = Client::from_conf(self.config.clone());
                    runtime.block_on((self.act)(client, number));
                });
            });
        }
        Ok(())
    }
}

/// A client before whose requests something happens, and how often it did.
pub(super) fn interrupted<F>(
    world: &Move,
    operation: &'static str,
    table: &str,
    act: impl Fn(Client, usize) -> F + Send + Sync + 'static,
) -> (Client, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + 'static,
{
    let seen = Arc::new(AtomicUsize::new(0));
    let before = Before {
        operation,
        table: table.to_owned(),
        config: world.world.backend.dynamodb_config().build(),
        seen: Arc::clone(&seen),
        act: Box::new(move |client, number| Box::pin(act(client, number))),
    };
    let config = world.world.backend.dynamodb_config().interceptor(before).build();
    (Client::from_conf(config), seen)
}

/// Migrates a table of one person, `before` whose writes something happens.
async fn raced<F>(
    act: impl Fn(Client, String, DynamoRepository<Person>, usize) -> F + Send + Sync + 'static,
) -> Raced
where
    F: Future<Output = ()> + 'static,
{
    let world = Move::of_people(1).await;
    let (table, sealer) = (world.world.table.clone(), world.world.sealer.clone());
    let (client, seen) =
        interrupted(&world, "UpdateItem", &world.world.table, move |client, at| {
            let people = DynamoRepository::<Person>::new(client.clone(), sealer.clone())
                .with_table_name(&table);
            act(client, table.clone(), people, at)
        });
    let people = DynamoRepository::<Person>::new(client, world.world.sealer.clone())
        .with_table_name(&world.world.table)
        .with_backoff_of(1);
    let failed = Failed::default();
    let summary = noting(Migration::of(&people), &failed).run(job()).await.unwrap();
    let failed = Arc::into_inner(failed).unwrap().into_inner().unwrap();
    (world, summary, seen.load(Ordering::SeqCst), failed)
}

/// One raw change of the person.
async fn change(client: &Client, table: &str, update: &str, values: &[(&str, AttributeValue)]) {
    let mut request = client.update_item().table_name(table).key("user_id", s(id(0)));
    for (name, value) in values {
        request = request.expression_attribute_values(*name, value.clone());
    }
    request.update_expression(update).send().await.unwrap();
}

#[tokio::test]
async fn what_the_old_program_writes_in_between_is_what_is_sealed() {
    let (world, summary, writes, _) = raced(|client, table, _, at| async move {
        // In both old attributes, and in what is bound, one after another.
        match at {
            0 => change(&client, &table, "SET ssn = :v", &[(":v", s("CANARY-new-ssn"))]).await,
            1 => {
                change(&client, &table, "SET old_api_key = :v", &[(":v", s("CANARY-new-key"))])
                    .await;
            }
            2 => {
                let update = "SET #r = :v";
                let request = client.update_item().table_name(&table).key("user_id", s(id(0)));
                let request = request.expression_attribute_names("#r", "role");
                let request = request.expression_attribute_values(":v", s("admin"));
                request.update_expression(update).send().await.unwrap();
            }
            3 => change(&client, &table, "REMOVE old_api_key", &[]).await,
            _ => {}
        }
    })
    .await;
    assert_eq!((summary.counts().sealed(), writes), (1, 5), "{summary}");
    let items = world.items::<Person>().await;
    let read = world.open_strictly::<Person>(&items[&id(0)]).await.unwrap();
    assert_eq!(*read.ssn.expose_secret(), "CANARY-new-ssn");
    assert_eq!((read.role.as_str(), read.api_key.is_none()), ("admin", true));
}

#[tokio::test]
async fn a_clear_field_that_changes_in_between_stays_changed_and_is_not_in_the_way() {
    let (world, summary, writes, _) = raced(|client, table, _, _| async move {
        let values = [(":v", s("renamed")), (":w", AttributeValue::Ss(vec!["new".to_owned()]))];
        change(&client, &table, "SET display_name = :v, tags_since = :w", &values).await;
    })
    .await;
    assert_eq!((summary.counts().sealed(), writes), (1, 1), "{summary}");
    let items = world.items::<Person>().await;
    let item = &items[&id(0)];
    assert_eq!((&item["display_name"], &item["unknown"]), (&s("renamed"), &person(0)["unknown"]));
    assert_eq!(item["tags_since"], AttributeValue::Ss(vec!["new".to_owned()]));
    let read = world.open_strictly::<Person>(item).await.unwrap();
    assert_eq!(read.display_name, "renamed");
}

#[tokio::test]
async fn what_a_service_saves_in_between_stays() {
    let (world, summary, writes, _) = raced(|_, _, people, _| async move {
        let mut read = people.get(job(), id(0)).await.unwrap().unwrap();
        read.ssn = Secret::from("CANARY-saved");
        people.save(job(), &mut read).await.unwrap();
        assert_eq!(read.version, 1);
    })
    .await;
    // It is sealed already.
    assert_eq!((summary.counts().settled(), writes), (1, 1), "{summary}");
    let items = world.items::<Person>().await;
    let read = world.open_strictly::<Person>(&items[&id(0)]).await.unwrap();
    assert_eq!((read.ssn.expose_secret().as_str(), read.version), ("CANARY-saved", 1));
}

#[tokio::test]
async fn a_version_that_was_read_before_can_be_saved_after() {
    let world = Move::of_people(1).await;
    let people = world.repository::<Person>();
    let mut read = people.get(job(), id(0)).await.unwrap().unwrap();
    Migration::of(&people).run(job()).await.unwrap();
    read.ssn = Secret::from("CANARY-saved");
    people.save(job(), &mut read).await.unwrap();
    // And again by whoever reads it now, in the middle of a second migration.
    let mut read = people.get(job(), id(0)).await.unwrap().unwrap();
    assert_eq!((read.ssn.expose_secret().as_str(), read.version), ("CANARY-saved", 1));
    world
        .world
        .put_raw(
            Item::from([("old_api_key".to_owned(), s("CANARY-late"))])
                .into_iter()
                .chain(world.items::<Person>().await.remove(&id(0)).unwrap())
                .collect(),
        )
        .await;
    let summary = Migration::of(&people).run(job()).await.unwrap();
    assert_eq!(summary.counts().sealed(), 1, "the old form came back: {summary}");
    people.save(job(), &mut read).await.unwrap();
    assert_eq!(read.version, 2);
}

#[tokio::test]
async fn a_secret_that_is_set_alone_in_between_stays() {
    let world = Move::of_people(1).await;
    let people = world.repository::<Person>();
    Migration::of(&people).run(job()).await.unwrap();
    // An old program writes the old form beside what is sealed.
    let client = world.world.backend.dynamodb();
    change(client, &world.world.table, "SET old_api_key = :v", &[(":v", s("CANARY-late"))]).await;
    let (table, sealer) = (world.world.table.clone(), world.world.sealer.clone());
    let (client, seen) =
        interrupted(&world, "UpdateItem", &world.world.table, move |client, at| {
            let people =
                DynamoRepository::<Person>::new(client, sealer.clone()).with_table_name(&table);
            async move {
                if at == 0 {
                    let update =
                        Update::new().set(Person::columns().ssn, Secret::from("CANARY-alone"));
                    people.update(job(), id(0), update).await.unwrap();
                }
            }
        });
    let raced = DynamoRepository::<Person>::new(client, world.world.sealer.clone())
        .with_table_name(&world.world.table);
    let summary = Migration::of(&raced).run(job()).await.unwrap();
    assert_eq!((summary.counts().sealed(), seen.load(Ordering::SeqCst)), (1, 2), "{summary}");
    let items = world.items::<Person>().await;
    let read = world.open_strictly::<Person>(&items[&id(0)]).await.unwrap();
    assert_eq!(*read.ssn.expose_secret(), "CANARY-alone");
    assert_eq!(*read.api_key.unwrap().expose_secret(), "CANARY-late");
}

#[tokio::test]
async fn what_is_deleted_in_between_is_gone() {
    let (world, summary, writes, _) = raced(|client, table, _, _| async move {
        client.delete_item().table_name(&table).key("user_id", s(id(0))).send().await.unwrap();
    })
    .await;
    assert_eq!((summary.counts().gone(), summary.counts().scanned(), writes), (1, 1, 1));
    assert!(world.items::<Person>().await.is_empty(), "it is not brought back");
}

#[tokio::test]
async fn what_is_replaced_in_between_is_read_again() {
    let (world, summary, writes, _) = raced(|client, table, _, at| async move {
        if at == 0 {
            client.delete_item().table_name(&table).key("user_id", s(id(0))).send().await.unwrap();
            let mut other = person(0);
            other.insert("ssn".to_owned(), s("CANARY-other"));
            other.remove("unknown");
            put_raw(&client, &table, other).await.unwrap();
        }
    })
    .await;
    assert_eq!((summary.counts().sealed(), writes), (1, 2), "{summary}");
    let items = world.items::<Person>().await;
    let read = world.open_strictly::<Person>(&items[&id(0)]).await.unwrap();
    assert_eq!(*read.ssn.expose_secret(), "CANARY-other");
    assert!(!items[&id(0)].contains_key("unknown"));
}

#[tokio::test]
async fn who_never_stops_writing_is_a_conflict_that_is_counted() {
    let (world, summary, writes, failed) = raced(|client, table, _, at| async move {
        let new = format!("CANARY-{at}");
        change(&client, &table, "SET ssn = :v", &[(":v", s(new))]).await;
    })
    .await;
    assert_eq!((summary.counts().failed(), writes), (1, 8), "{summary}");
    assert_eq!(failed, [(id(0), FailureReason::Conflict)]);
    let items = world.items::<Person>().await;
    assert_eq!(items[&id(0)]["ssn"], s("CANARY-7"), "as the last one left it");
    assert!(!items[&id(0)].contains_key("_dc"));
}

/// Short waits for tests.
trait Patience {
    fn with_backoff_of(self, millis: u64) -> Self;
}

impl Patience for DynamoRepository<Person> {
    fn with_backoff_of(self, millis: u64) -> Self {
        let wait = std::time::Duration::from_millis(millis);
        self.with_backoff(
            dynacrypt::repository::Backoff::default().with_first(wait).with_longest(wait),
        )
    }
}
