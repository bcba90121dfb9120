//! What becomes of items in whatever state, dry runs, limits, progress. It never leaves an item
//! unaccounted for.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::jobs::{CapacityLimit, FailureReason, Migration, Progress, ProgressEvent};
use dynacrypt::legacy::ClearText;
use dynacrypt::testing::{FaultyHttp, HttpFault, assert_absent};
use dynacrypt::{DynamoRepository, ExposeSecret, Record, Repository, Secret};

use super::{Failed, Item, Move, Person, id, job, noting, person, reading, s};

/// Every combination of what the attributes of an item can hold.
async fn every_state(world: &Move) -> Vec<String> {
    let sealed = world
        .world
        .sealer
        .seal(&Person {
            user_id: "other".to_owned(),
            display_name: "of another item".to_owned(),
            role: "member".to_owned(),
            ssn: Secret::from("CANARY-of-another"),
            api_key: Some(Secret::from("CANARY-key-of-another")),
            version: 3,
        })
        .await
        .unwrap()
        .into_item();
    let null = || Some(AttributeValue::Null(true));
    let number = || Some(AttributeValue::N("7".to_owned()));
    let states = |own: &str, clear: &str| {
        vec![None, Some(s(clear)), Some(s("")), null(), number(), sealed.get(own).cloned()]
    };
    let headers = [
        None,
        Some(sealed["_dc"].clone()),
        Some(AttributeValue::B(Blob::new(b"junk"))),
        Some(s("no header")),
    ];
    let mut names = Vec::new();
    for header in &headers {
        for ssn in states("ssn", "CANARY-ssn") {
            for old_api_key in states("old_api_key", "CANARY-key") {
                for (at, role) in [Some(s("member")), None, number()].into_iter().enumerate() {
                    let name = format!("state-{:04}", names.len());
                    let mut item = person(0);
                    item.insert("user_id".to_owned(), s(&name));
                    let values = [
                        ("_dc", header.clone()),
                        ("ssn", ssn.clone()),
                        ("old_api_key", old_api_key.clone()),
                        ("role", role),
                        ("api_key", (at == 1).then(|| sealed["api_key"].clone())),
                    ];
                    for (name, value) in values {
                        match value {
                            Some(value) => drop(item.insert(name.to_owned(), value)),
                            None => drop(item.remove(name)),
                        }
                    }
                    world.world.put_raw(item).await;
                    names.push(name);
                }
            }
        }
    }
    names
}

#[tokio::test]
async fn whatever_an_item_holds_it_is_settled_afterwards_or_failed_and_as_it_was() {
    let world = Move::of_people(3).await;
    let names = every_state(&world).await;
    let people = world.repository::<Person>();
    // And some that were sealed before.
    for number in 0..3 {
        let read = people.get(job(), id(number)).await.unwrap().unwrap();
        people.put(job(), &read).await.unwrap();
    }
    let before = world.items::<Person>().await;
    assert_eq!(before.len(), names.len() + 3);
    let failed = Failed::default();
    let summary = noting(Migration::of(&people).page_size(7), &failed).run(job()).await.unwrap();
    let counts = summary.counts().clone();
    let failed = Arc::into_inner(failed).unwrap().into_inner().unwrap();
    let keys: BTreeSet<_> = failed.iter().map(|(key, _)| key.clone()).collect();
    assert_eq!(keys.len(), failed.len(), "each failed item is told once");
    assert_eq!(counts.scanned(), u64::try_from(before.len()).unwrap());
    assert_eq!(counts.failed(), u64::try_from(failed.len()).unwrap());
    assert_eq!(counts.scanned(), counts.sealed() + counts.settled() + counts.failed());
    assert!(counts.sealed() > 5 && counts.failed() > 50, "{summary}");
    let reasons: BTreeSet<_> = counts.failures().map(|(reason, _)| reason).collect();
    assert!(reasons.contains(&FailureReason::Decrypt) && reasons.len() >= 3, "{summary}");

    let after = world.items::<Person>().await;
    let mut sealed = 0;
    for (name, item) in &after {
        if keys.contains(name) {
            assert_eq!(*item, before[name], "{name} failed, and was changed");
        } else if *item == before[name] {
            // Settled by its looks: nothing was opened.
            assert!(item.contains_key("_dc") && !item.contains_key("old_api_key"), "{name}");
        } else {
            sealed += 1;
            world
                .open_strictly::<Person>(item)
                .await
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    assert_eq!(counts.sealed(), sealed);
    // Again: the same, and not a byte is changed.
    let again = Migration::of(&people).run(job()).await.unwrap();
    assert_eq!(again.counts().failed(), counts.failed());
    assert_eq!(
        (again.counts().sealed(), again.counts().settled()),
        (0, counts.sealed() + counts.settled())
    );
    assert_eq!(world.items::<Person>().await, after);
    assert_absent(format!("{summary} {summary:?}"), ["CANARY", "state-"]);
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let world = Move::of_people(5).await;
    every_state(&world).await;
    let before = world.items::<Person>().await;
    let http = FaultyHttp::new();
    let config = world.world.backend.dynamodb_config().http_client(http.clone());
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    let people = DynamoRepository::<Person>::new(client, world.world.sealer.clone())
        .with_table_name(&world.world.table);
    // The table of the checkpoint does not even exist.
    let dry = Migration::of(&people).checkpoint("no-such-table", "job").dry_run();
    let dry = dry.run(job()).await.unwrap();
    assert!(dry.is_dry_run() && dry.to_string().starts_with("dry run: "), "{dry}");
    assert_eq!(world.items::<Person>().await, before);
    let sent: BTreeSet<String> =
        http.requests().iter().map(|request| request.operation().to_owned()).collect();
    assert_eq!(Vec::from_iter(sent), ["DescribeTable", "Scan"]);
    // It foretells what happens then.
    let wet = Migration::of(&people).run(job()).await.unwrap();
    assert_eq!(wet.counts(), dry.counts());
}

#[derive(Debug, Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user_id}",
    sort_key = "CARD#{number}",
    entity = "card"
)]
struct Card {
    #[dynacrypt(owner)]
    user_id: String,
    number: String,
    #[dynacrypt(authenticated, default)]
    level: u32,
    #[encrypted(legacy = ClearText)]
    pan: Secret<Vec<String>>,
    #[encrypted(legacy = ClearText)]
    note: Option<Secret<String>>,
}

#[derive(Debug, Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user_id}",
    sort_key = "PROFILE",
    entity = "customer"
)]
struct Customer {
    #[dynacrypt(owner)]
    user_id: String,
    #[encrypted(legacy = ClearText)]
    email: Secret<String>,
}

fn of_shop(user: &str, sort: &str, values: Vec<(&str, AttributeValue)>) -> Item {
    let keys = [("PK", s(format!("USER#{user}"))), ("SK", s(sort))];
    keys.into_iter().chain(values).map(|(name, value)| (name.to_owned(), value)).collect()
}

#[tokio::test]
async fn other_record_types_in_the_table_are_left_alone() {
    let world = Move::new::<Card>(reading()).await;
    let (pk, sk) =
        (Card::SCHEMA.partition_key().unwrap().name(), Card::SCHEMA.sort_key().unwrap().name());
    let entity = Card::SCHEMA.entity().unwrap().name();
    let put = async |mut item: Item| {
        for (own, name) in [("PK", pk), ("SK", sk)] {
            let value = item.remove(own).unwrap();
            item.insert(name.to_owned(), value);
        }
        world.world.put_raw(item).await;
    };
    let pan = || AttributeValue::L(vec![s("CANARY-4111"), s("CANARY-1111")]);
    put(of_shop("ada", "CARD#1", vec![("pan", pan()), (entity, s("card"))])).await;
    put(of_shop("ada", "CARD#2", vec![("pan", pan()), ("note", s("CANARY")), (entity, s("card"))]))
        .await;
    put(of_shop("ada", "PROFILE", vec![("email", s("CANARY-mail")), (entity, s("customer"))]))
        .await;
    put(of_shop("ada", "CARD#3", vec![("pan", pan()), (entity, s("token"))])).await;
    put(of_shop("bob", "PROFILE", vec![("email", s("CANARY-mail"))])).await;

    let cards = world.repository::<Card>();
    let summary = Migration::of(&cards).run(job()).await.unwrap();
    let counts = summary.counts();
    assert_eq!((counts.sealed(), counts.other_records(), counts.failed()), (2, 3, 0), "{summary}");
    let read = cards.get(job(), ("ada", "2")).await.unwrap().unwrap();
    assert_eq!(read.pan.expose_secret().len(), 2);
    assert_eq!((read.level, read.note.unwrap().expose_secret().as_str()), (0, "CANARY"));
    // What was bound and missing is there now, so that it opens without the old form too.
    let strict =
        DynamoRepository::<Card>::new(world.world.backend.dynamodb().clone(), world.strict())
            .with_table_name(&world.world.table);
    assert!(strict.get(job(), ("ada", "1")).await.unwrap().is_some());

    // One lacks the attribute that names its type; its key says it.
    let customers = world.repository::<Customer>();
    assert!(customers.get(job(), "bob").await.is_err());
    let summary = Migration::of(&customers).run(job()).await.unwrap();
    let counts = summary.counts();
    assert_eq!((counts.sealed(), counts.other_records(), counts.failed()), (2, 3, 0), "{summary}");
    assert!(customers.get(job(), "bob").await.unwrap().is_some());
}

/// As serde_dynamo writes a `None`.
#[tokio::test]
async fn null_in_the_clear_is_nothing() {
    let world = Move::new::<Card>(reading()).await;
    let keys = ["USER#ada", "CARD#1"].map(s);
    let names = [Card::SCHEMA.partition_key(), Card::SCHEMA.sort_key(), Card::SCHEMA.entity()];
    let names = names.map(|spec| spec.unwrap().name().to_owned());
    let [partition, sort, entity] = names;
    let [user, card] = keys;
    world
        .world
        .put_raw(Item::from([
            (partition, user),
            (sort, card),
            (entity, s("card")),
            ("pan".to_owned(), AttributeValue::L(vec![s("CANARY-4111")])),
            ("note".to_owned(), AttributeValue::Null(true)),
        ]))
        .await;
    let cards = world.repository::<Card>();
    assert!(cards.get(job(), ("ada", "1")).await.unwrap().unwrap().note.is_none());
    let summary = Migration::of(&cards).run(job()).await.unwrap();
    assert_eq!(summary.counts().sealed(), 1, "{summary}");
    let item = world.world.raw().await;
    assert!(!item.contains_key("note"));
    assert!(world.strict().open::<Card>(item).await.unwrap().note.is_none());
}

#[tokio::test]
async fn what_would_be_too_large_is_left() {
    let world = Move::of_people(1).await;
    let mut large = person(1);
    // Just under 400 KB in the clear.
    let rest: usize = 400 * 1024 - 200;
    large.insert("ssn".to_owned(), s("x".repeat(rest)));
    world.world.put_raw(large.clone()).await;
    let people = world.repository::<Person>();
    let failed = Failed::default();
    let summary = noting(Migration::of(&people), &failed).run(job()).await.unwrap();
    assert_eq!((summary.counts().sealed(), summary.counts().failed()), (1, 1), "{summary}");
    assert_eq!(*failed.lock().unwrap(), [(id(1), FailureReason::TooLarge)]);
    assert_eq!(world.items::<Person>().await[&id(1)], large);
}

#[tokio::test]
async fn a_sealed_attribute_that_the_record_does_not_know_is_not_lost() {
    let world = Move::of_people(2).await;
    let people = world.repository::<Person>();
    Migration::of(&people).run(job()).await.unwrap();
    // A newer version sealed one more, and an old program wrote the old form since.
    let mut item = world.items::<Person>().await.remove(&id(0)).unwrap();
    item.insert("newer".to_owned(), item["ssn"].clone());
    item.insert("old_api_key".to_owned(), s("CANARY-late"));
    world.world.put_raw(item.clone()).await;
    let failed = Failed::default();
    let summary = noting(Migration::of(&people), &failed).run(job()).await.unwrap();
    assert_eq!((summary.counts().settled(), summary.counts().failed()), (1, 1), "{summary}");
    assert_eq!(*failed.lock().unwrap(), [(id(0), FailureReason::InvalidItem)]);
    assert_eq!(world.items::<Person>().await[&id(0)], item);
}

#[tokio::test]
async fn what_dynamodb_refuses_of_one_item_is_counted_and_of_all_ends_the_job() {
    let world = Move::of_people(3).await;
    let http = FaultyHttp::new();
    let config = world.world.backend.dynamodb_config().http_client(http.clone());
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    let people = DynamoRepository::<Person>::new(client, world.world.sealer.clone())
        .with_table_name(&world.world.table);
    let refused = |code: &str| HttpFault::Refused { status: 400, code: code.to_owned() };
    http.plan("UpdateItem", 1, refused("ValidationException"));
    let summary = Migration::of(&people).run(job()).await.unwrap();
    assert_eq!((summary.counts().sealed(), summary.counts().failed()), (2, 1), "{summary}");
    http.plan("UpdateItem", 1, refused("TransactionConflictException"));
    http.plan("UpdateItem", 1, refused("AccessDeniedException"));
    let error = Migration::of(&people).run(job()).await.unwrap_err();
    assert_eq!(error.service_error().unwrap().code(), Some("AccessDeniedException"));
    let summary = Migration::of(&people).run(job()).await.unwrap();
    assert_eq!((summary.counts().sealed(), summary.counts().settled()), (1, 2), "{summary}");
}

#[tokio::test]
async fn progress_tells_every_page_and_adds_up() {
    let world = Move::of_people(11).await;
    let people = world.repository::<Person>();
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let progress = Progress::to(move |event| {
        let mut told = tell.lock().unwrap();
        match event {
            ProgressEvent::Begun { table, segments, total, .. } => {
                assert!(table.starts_with("people-") && total.scanned() == 0);
                told.push(("begun", segments, 0));
            }
            ProgressEvent::Page { segment, counts, total, .. } => {
                assert!(counts.scanned() <= total.scanned());
                told.push(("page", segment, total.scanned()));
            }
            ProgressEvent::Ended { complete, total, .. } => {
                assert!(complete);
                told.push(("ended", 0, total.scanned()));
            }
            _ => {}
        }
    });
    let migration = Migration::of(&people).segments(3).page_size(2).progress(progress);
    // A limit that nobody has to wait for changes nothing.
    let limit = CapacityLimit::default().with_read(40_000).with_write(40_000);
    migration.capacity(limit).run(job()).await.unwrap();
    let told = told.lock().unwrap().clone();
    assert_eq!(told.first(), Some(&("begun", 3, 0)));
    assert_eq!(told.last(), Some(&("ended", 0, 11)));
    assert!(told.len() >= 2 + 6 && told.windows(2).all(|two| two[0].2 <= two[1].2), "{told:?}");
    // The default and the automatic one take them too.
    for progress in [Progress::auto(), Progress::events(), Progress::bar()] {
        Migration::of(&people).progress(progress).run(job()).await.unwrap();
    }
}
