//! Requests that are dropped, time out or lose their answer: the table holds what was there or what
//! was written, whole, and a retry does not conflict with itself.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use dynacrypt::expr::Update;
use dynacrypt::testing::{FaultyHttp, HttpFault, raw_items};
use dynacrypt::{
    DynamoRepository, ExposeSecret, LocalKeyProvider, Record, Repository, Sealer, Secret,
};

use crate::world::{Profile, SSN, World, alice, profile};

const NEW: &str = "CANARY-new-value";

fn faulty<R: Record>(world: &World, retry: RetryConfig) -> (FaultyHttp, DynamoRepository<R>) {
    let http = FaultyHttp::new();
    let config = world.backend.dynamodb_config().http_client(http.clone()).retry_config(retry);
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    let repository =
        DynamoRepository::new(client, world.sealer.clone()).with_table_name(&world.table);
    (http, repository)
}

/// Polls a future so often, and then drops it.
struct Polls<F> {
    future: F,
    left: usize,
}

impl<F: Future + Unpin> Future for Polls<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        match Pin::new(&mut self.future).poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Drops `write` at each of the points where it waits, one after another; gives at how many.
async fn dropped_everywhere(
    world: &World,
    profiles: &DynamoRepository<Profile>,
    write: impl AsyncFn() -> Result<(), dynacrypt::Error>,
) -> usize {
    for polls in 1.. {
        profiles.put(&alice(), &profile("alice")).await.unwrap();
        let before = world.raw().await;
        let finished = Polls { future: pin!(write()), left: polls }.await;
        // It may still be on its way: whatever is seen, and when, is one or the other.
        for _ in 0..20 {
            let item = world.raw().await;
            let read = profiles.get(&alice(), "alice").await.unwrap().unwrap();
            let (name, ssn) = (read.display_name.as_str(), read.ssn.expose_secret().as_str());
            if item == before {
                assert_eq!((name, ssn), ("Display of alice", SSN));
            } else {
                assert!(matches!((name, ssn), ("new", NEW) | ("Display of alice", SSN)), "{name}");
            }
            tokio::task::yield_now().await;
        }
        if let Some(result) = finished {
            result.unwrap();
            let read = profiles.get(&alice(), "alice").await.unwrap().unwrap();
            assert_eq!(
                (read.display_name.as_str(), read.ssn.expose_secret().as_str()),
                ("new", NEW)
            );
            return polls;
        }
    }
    0
}

fn changed() -> Profile {
    Profile { display_name: "new".to_owned(), ssn: Secret::from(NEW), ..profile("alice") }
}

#[tokio::test]
async fn what_is_dropped_leaves_no_half_state() {
    let world = World::new::<Profile>().await;
    let (_http, profiles) = faulty::<Profile>(&world, RetryConfig::disabled());
    let c = Profile::columns();
    let record = changed();
    let update = async || {
        let update = Update::new().set(c.display_name, "new").set(c.ssn, Secret::from(NEW));
        profiles.update(&alice(), "alice", update).await
    };
    let put = async || profiles.put(&alice(), &record).await;
    let keeping = async || profiles.put_request(&alice(), &record).keep_unknown().send().await;
    for points in [
        dropped_everywhere(&world, &profiles, update).await,
        dropped_everywhere(&world, &profiles, put).await,
        dropped_everywhere(&world, &profiles, keeping).await,
    ] {
        assert!(points > 1, "it never waited");
    }
}

#[tokio::test]
async fn what_was_served_and_not_answered_is_there_whole() {
    let world = World::new::<Profile>().await;
    let (http, profiles) = faulty::<Profile>(&world, RetryConfig::disabled());
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    let c = Profile::columns();
    for (fault, happens) in
        [(HttpFault::AnswerLost, true), (HttpFault::Reset, false), (HttpFault::Timeout, false)]
    {
        let value = format!("CANARY-{fault:?}");
        let before = world.raw().await;
        http.plan("UpdateItem", 1, fault);
        let update = Update::new().set(c.ssn, Secret::from(value.as_str()));
        assert!(profiles.update(&alice(), "alice", update).await.unwrap_err().is_unavailable());
        assert_eq!(world.raw().await != before, happens, "{value}");
        let read = profiles.get(&alice(), "alice").await.unwrap().unwrap();
        assert_eq!(*read.ssn.expose_secret() == value, happens, "{value}");
    }
}

#[derive(Debug, Record)]
#[dynacrypt(table = "counted")]
struct Counted {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    note: Option<String>,
    #[encrypted]
    secret: Option<Secret<String>>,
    #[dynacrypt(version)]
    version: u32,
}

/// The SDK sends a request again whose answer was lost, and meets what it wrote itself.
#[tokio::test]
async fn a_retry_does_not_conflict_with_itself() {
    let world = World::new::<Counted>().await;
    let (http, counted) = faulty::<Counted>(&world, RetryConfig::standard());
    let mut record = Counted {
        user_id: "alice".to_owned(),
        note: None,
        secret: Some(Secret::from(SSN)),
        version: 0,
    };
    let alice = alice();
    http.plan("PutItem", 1, HttpFault::AnswerLost);
    counted.create(&alice, &record).await.unwrap();
    assert_eq!(http.requests_of("PutItem").len(), 2, "sent again");
    record.version = 1;
    for version in 2..=4 {
        http.plan("PutItem", 1, HttpFault::AnswerLost);
        counted.save(&alice, &mut record).await.unwrap();
        assert_eq!(record.version, version);
    }
    http.plan("UpdateItem", 1, HttpFault::AnswerLost);
    let c = Counted::columns();
    let update = || Update::new().set(c.secret, Secret::from(NEW)).set(c.note, "x");
    let request = counted.update_request(&alice, "alice", update()).expect_version(4);
    let new = request.returning_new().send().await.unwrap();
    assert_eq!((new.version, new.secret.unwrap().expose_secret().as_str()), (5, NEW));
    // Another's write in between is a conflict all the same.
    assert!(counted.save(&alice, &mut record).await.unwrap_err().is_version_conflict());
    assert!(counted.create(&alice, &record).await.unwrap_err().is_conflict());
    // What has no mark of its own conflicts with itself: the docs say so.
    http.plan("UpdateItem", 1, HttpFault::AnswerLost);
    let clear = Update::new().set(c.note, "y");
    let request = counted.update_request(&alice, "alice", clear).expect_version(5);
    assert!(request.send().await.unwrap_err().is_version_conflict());
    let items = raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    assert_eq!(items.len(), 1);
}

#[tokio::test]
async fn throttling_of_an_update_is_ridden_out_or_typed() {
    let world = World::new::<Profile>().await;
    let (http, profiles) = faulty::<Profile>(&world, RetryConfig::standard());
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    let c = Profile::columns();
    let update = || Update::new().set(c.ssn, Secret::from(NEW));
    http.plan("UpdateItem", 2, HttpFault::Throttled);
    profiles.update(&alice(), "alice", update()).await.unwrap();
    let requests = http.requests_of("UpdateItem");
    assert_eq!(requests.len(), 3);
    assert!(requests.windows(2).all(|pair| pair[0] == pair[1]), "sealed once");
    http.plan("UpdateItem", 9, HttpFault::ThroughputExceeded);
    let error = profiles.update(&alice(), "alice", update()).await.unwrap_err();
    assert!(error.is_throttled() && error.is_retryable(), "{error}");
    http.reset();
    let busy = HttpFault::Refused { status: 400, code: "TransactionConflictException".to_owned() };
    http.plan("UpdateItem", 9, busy);
    let error = profiles.update(&alice(), "alice", update()).await.unwrap_err();
    assert!(error.is_transaction_conflict() && error.is_retryable(), "{error}");
}

/// A server that never answers, by a clock that stands until nothing else is left to do.
#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_unavailable() {
    let http = FaultyHttp::canned();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version_latest()
        .region(aws_sdk_dynamodb::config::Region::new("us-east-1"))
        .credentials_provider(aws_sdk_dynamodb::config::Credentials::new(
            "id", "secret", None, None, "test",
        ))
        .endpoint_url("http://localhost:1")
        .http_client(http.clone());
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    let sealer = Sealer::new(LocalKeyProvider::generate().unwrap());
    let timeout = Duration::from_millis(1_500);
    let profiles = DynamoRepository::<Profile>::new(client, sealer).with_timeout(timeout);
    let c = Profile::columns();
    http.plan_any(99, HttpFault::Hang);
    for operation in 0..5 {
        let begun = tokio::time::Instant::now();
        let alice = alice();
        let error = match operation {
            0 => profiles.get(&alice, "alice").await.map(drop),
            1 => profiles.exists(&alice, "alice").await.map(drop),
            2 => profiles.put(&alice, &profile("alice")).await,
            3 => profiles.delete(&alice, "alice").await.map(drop),
            _ => profiles.update(&alice, "alice", Update::new().set(c.display_name, "x")).await,
        }
        .unwrap_err();
        assert!(error.is_unavailable() && error.is_retryable(), "{error}");
        let took = begun.elapsed();
        assert!((timeout..timeout * 2).contains(&took), "{operation}: {took:?}");
    }
}
