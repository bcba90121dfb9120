//! Versions, times and expiry: a lost update is a conflict, whatever operation loses it, and what is
//! stamped into an item is what its record says afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::expr::Update;
use dynacrypt::{DynamoRepository, ExposeSecret, Record, Repository, Secret};

use crate::world::{SSN, World, alice};

#[derive(Debug, Record)]
#[dynacrypt(table = "accounts")]
struct Account {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    plan: String,
    #[encrypted]
    card: Secret<String>,
    #[dynacrypt(version)]
    version: u64,
    #[dynacrypt(ttl)]
    expires: Option<SystemTime>,
    #[dynacrypt(created)]
    created: Option<SystemTime>,
    #[dynacrypt(updated)]
    updated: Option<SystemTime>,
}

fn account() -> Account {
    Account {
        user_id: "alice".to_owned(),
        plan: "free".to_owned(),
        card: Secret::from(SSN),
        version: 0,
        expires: None,
        created: None,
        updated: None,
    }
}

fn at(millis: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis)
}

/// A repository whose clock stands at the milliseconds of the number.
async fn accounts() -> (World, Arc<AtomicU64>, DynamoRepository<Account>) {
    let world = World::new::<Account>().await;
    let now = Arc::new(AtomicU64::new(1_000_500));
    let clock = Arc::clone(&now);
    let accounts =
        world.repository::<Account>().with_clock(move || at(clock.load(Ordering::SeqCst)));
    (world, now, accounts)
}

async fn stored(accounts: &DynamoRepository<Account>) -> Account {
    accounts.get(&alice(), "alice").await.unwrap().unwrap()
}

#[tokio::test]
async fn what_is_saved_says_what_is_stored() {
    let (world, now, accounts) = accounts().await;
    let mut account = account();
    for version in 1..=3 {
        now.store(1_000_500 * version, Ordering::SeqCst);
        accounts.save(&alice(), &mut account).await.unwrap();
        let read = stored(&accounts).await;
        assert_eq!((account.version, read.version), (version, version));
        assert_eq!((account.created, read.created), (Some(at(1_000_500)), Some(at(1_000_500))));
        let updated = Some(at(1_000_500 * version));
        assert_eq!((account.updated, read.updated), (updated, updated));
    }
    let item = world.raw().await;
    assert_eq!(item["version"], AttributeValue::N("3".to_owned()));
    assert_eq!(item["created"], AttributeValue::N("1000500".to_owned()), "milliseconds");
    assert!(!item.contains_key("expires"));
}

#[tokio::test]
async fn a_lost_update_is_a_conflict() {
    let (world, _, accounts) = accounts().await;
    let mut first = account();
    accounts.save(&alice(), &mut first).await.unwrap();
    let (mut mine, mut theirs) = (stored(&accounts).await, stored(&accounts).await);
    mine.plan = "mine".to_owned();
    accounts.save(&alice(), &mut mine).await.unwrap();
    let item = world.raw().await;

    theirs.plan = "theirs".to_owned();
    for error in [
        accounts.put(&alice(), &theirs).await.unwrap_err(),
        accounts.replace(&alice(), &theirs).await.unwrap_err(),
        accounts.save(&alice(), &mut theirs).await.unwrap_err(),
        // One that was never read, as if nothing were there.
        accounts.put(&alice(), &account()).await.unwrap_err(),
    ] {
        assert!(error.is_version_conflict() && error.is_conflict(), "{error}");
        assert!(!error.is_condition_failed() && !error.is_retryable());
        assert_eq!(error.to_string(), "the item changed since it was read");
    }
    assert_eq!((theirs.version, theirs.plan.as_str()), (1, "theirs"), "as it was");
    assert!(accounts.create(&alice(), &theirs).await.unwrap_err().is_conflict());
    assert_eq!(world.raw().await, item);

    // The conflict tells what is there, to merge with.
    let alice = alice();
    let error = accounts.put_request(&alice, &theirs).return_existing().send().await.unwrap_err();
    let existing = error.existing::<Account>().unwrap();
    assert_eq!((existing.version, existing.plan.as_str()), (2, "mine"));
    assert_eq!(existing.card.expose_secret(), SSN);
    assert!(!format!("{error} {error:?}").contains("CANARY"));
    theirs.version = existing.version;
    accounts.save(&alice, &mut theirs).await.unwrap();
    assert_eq!(stored(&accounts).await.plan, "theirs");
}

#[tokio::test]
async fn an_item_that_went_is_a_conflict_for_who_read_it() {
    let (world, _, accounts) = accounts().await;
    let mut account = account();
    accounts.save(&alice(), &mut account).await.unwrap();
    assert!(accounts.delete(&alice(), "alice").await.unwrap());
    assert!(accounts.save(&alice(), &mut account).await.unwrap_err().is_version_conflict());
    assert!(accounts.replace(&alice(), &account).await.unwrap_err().is_not_found());
    let items = dynacrypt::testing::raw_items(world.backend.dynamodb(), &world.table);
    assert!(items.await.unwrap().is_empty(), "nothing comes back by accident");
    // Nor is it stuck: a create takes what it is given, and counts on.
    accounts.create(&alice(), &account).await.unwrap();
    assert_eq!(stored(&accounts).await.version, 2);
}

#[tokio::test]
async fn updates_count_and_compare_versions() {
    let (_world, now, accounts) = accounts().await;
    let mut account = account();
    accounts.save(&alice(), &mut account).await.unwrap();
    let c = Account::columns();
    now.store(7_000, Ordering::SeqCst);
    accounts.update(&alice(), "alice", Update::new().set(c.plan, "gold")).await.unwrap();
    let read = stored(&accounts).await;
    assert_eq!((read.version, read.plan.as_str()), (2, "gold"));
    assert_eq!((read.created, read.updated), (Some(at(1_000_500)), Some(at(7_000))));
    assert!(accounts.save(&alice(), &mut account).await.unwrap_err().is_version_conflict());

    let alice = alice();
    let set = |plan| Update::new().set(c.plan, plan).set(c.card, Secret::from("CANARY-2"));
    for stale in [0, 1, 3, u64::MAX] {
        let request = accounts.update_request(&alice, "alice", set("stale"));
        let request = request.expect_version(stale).return_existing();
        let error = request.send().await.unwrap_err();
        assert!(error.is_version_conflict(), "{stale}: {error}");
        assert_eq!(error.existing::<Account>().unwrap().version, 2);
        let request = accounts.delete_request(&alice, "alice").expect_version(stale);
        assert!(request.send().await.unwrap_err().is_version_conflict(), "{stale}");
    }
    let request = accounts.update_request(&alice, "alice", set("fresh")).expect_version(2);
    let new = request.returning_new().send().await.unwrap();
    assert_eq!((new.version, new.plan.as_str()), (3, "fresh"));
    assert_eq!(new.card.expose_secret(), "CANARY-2");
    let request = accounts.delete_request(&alice, "alice").expect_version(3).return_old();
    assert_eq!(request.send().await.unwrap().unwrap().plan, "fresh");
    assert!(!accounts.delete_request(&alice, "alice").expect_version(3).send().await.unwrap());
    let request = accounts.update_request(&alice, "alice", set("x")).expect_version(3);
    assert!(request.send().await.unwrap_err().is_not_found());
}

/// An item from before the record had a version.
#[tokio::test]
async fn an_item_without_a_version_has_version_0() {
    let (world, _, accounts) = accounts().await;
    accounts.create(&alice(), &account()).await.unwrap();
    let mut item = world.raw().await;
    item.remove("version");
    world.put_raw(item).await;
    let c = Account::columns();
    let alice = alice();
    let request = accounts.update_request(&alice, "alice", Update::new().set(c.plan, "a"));
    assert!(request.expect_version(1).send().await.unwrap_err().is_version_conflict());
    accounts.replace(&alice, &account()).await.unwrap();
    assert_eq!(world.raw().await["version"], AttributeValue::N("1".to_owned()));
}

#[tokio::test]
async fn a_version_is_expected_of_records_that_have_one() {
    use crate::world::{Profile, profile};
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    profiles.create(&alice(), &profile("alice")).await.unwrap();
    let alice = alice();
    let error =
        profiles.delete_request(&alice, "alice").expect_version(1).send().await.unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
}

#[tokio::test]
async fn at_the_greatest_version_nothing_is_written() {
    let (world, _, accounts) = accounts().await;
    let last = Account { version: u64::MAX, ..account() };
    assert!(accounts.put(&alice(), &last).await.unwrap_err().is_invalid_record());
    assert!(accounts.create(&alice(), &last).await.unwrap_err().is_invalid_record());
    let items = dynacrypt::testing::raw_items(world.backend.dynamodb(), &world.table);
    assert!(items.await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_over_reads_as_absent_where_that_is_asked_for() {
    let (world, now, accounts) = accounts().await;
    let hiding = accounts.clone().hide_expired();
    let mut account = Account { expires: Some(at(2_000_999)), ..account() };
    accounts.save(&alice(), &mut account).await.unwrap();
    assert_eq!(world.raw().await["expires"], AttributeValue::N("2000".to_owned()), "seconds");
    for (millis, over) in [(1_999_999, false), (2_000_000, true), (9_000_000, true)] {
        now.store(millis, Ordering::SeqCst);
        assert!(accounts.get(&alice(), "alice").await.unwrap().is_some(), "not hidden");
        assert!(accounts.exists(&alice(), "alice").await.unwrap());
        assert_eq!(hiding.get(&alice(), "alice").await.unwrap().is_none(), over, "{millis}");
        assert_eq!(hiding.exists(&alice(), "alice").await.unwrap(), !over, "{millis}");
    }
    // Writes see it, and an update of its time brings it back.
    assert!(hiding.create(&alice(), &account).await.unwrap_err().is_conflict());
    let c = Account::columns();
    let later = Update::new().set(c.expires, at(9_001_000));
    hiding.update(&alice(), "alice", later).await.unwrap();
    assert!(hiding.get(&alice(), "alice").await.unwrap().is_some());
    assert_eq!(world.raw().await["expires"], AttributeValue::N("9001".to_owned()));
    hiding.update(&alice(), "alice", Update::new().remove(c.expires)).await.unwrap();
    now.store(u64::from(u32::MAX) * 1_000, Ordering::SeqCst);
    assert!(hiding.get(&alice(), "alice").await.unwrap().is_some());
}
