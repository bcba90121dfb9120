//! Killed, throttled, half answered: a migration goes on where it was, and counts each item once. It
//! never waits for time to pass.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use dynacrypt::jobs::{Migration, Progress, ProgressEvent};
use dynacrypt::repository::Backoff;
use dynacrypt::testing::{FaultyHttp, FaultyKeyProvider, HttpFault, KeyFault, assert_absent};
use dynacrypt::{DynamoRepository, ErrorKind, LocalKeyProvider, Sealer};
use tokio::sync::Notify;

use super::{Move, Person, id, job, person, reading};

const LEASE: Duration = Duration::from_mins(1);

/// A repository whose requests can fail, without retries of the SDK's.
fn faulty(world: &Move) -> (FaultyHttp, DynamoRepository<Person>) {
    let http = FaultyHttp::new();
    let config = world.world.backend.dynamodb_config().http_client(http.clone());
    let client = Client::from_conf(config.retry_config(RetryConfig::disabled()).build());
    let people = DynamoRepository::new(client, world.world.sealer.clone())
        .with_table_name(&world.world.table)
        .with_backoff(quick());
    (http, world.with_clock(people))
}

fn quick() -> Backoff {
    let wait = Duration::from_millis(1);
    Backoff::default().with_attempts(4).with_first(wait).with_longest(wait)
}

/// Polls a future so often, and then drops it.
struct Polls<F> {
    future: F,
    left: usize,
}

impl<F: Future + Unpin> Future for Polls<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match Pin::new(&mut self.future).poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.left == 0 => Poll::Ready(None),
            Poll::Pending => {
                self.left -= 1;
                Poll::Pending
            }
        }
    }
}

#[tokio::test]
async fn a_killed_job_goes_on_after_the_last_page_that_it_finished() {
    let world = Move::of_people(40).await;
    let (http, people) = faulty(&world);
    // Killed after the fifth page, of whichever segments.
    let killed = Arc::new(Notify::new());
    let kill = Arc::clone(&killed);
    let pages = std::sync::atomic::AtomicUsize::new(0);
    let progress = Progress::to(move |event| {
        if matches!(event, ProgressEvent::Page { .. })
            && pages.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 4
        {
            kill.notify_one();
        }
    });
    let first = world.checkpointed(&people).segments(2).page_size(3).progress(progress);
    tokio::select! {
        biased;
        () = killed.notified() => {}
        ended = first.run(job()) => panic!("it was not killed: {ended:?}"),
    }
    let rows = world.rows().await;
    let count = |name: &str| -> usize {
        let of = |row: &super::Item| -> usize {
            let counts = row.get("counts").map(|counts| counts.as_m().unwrap().clone());
            counts.map_or(0, |counts| counts[name].as_n().unwrap().parse().unwrap())
        };
        rows.iter().map(of).sum()
    };
    // The other segment's page may have been on its way to the table.
    let (scanned, sealed) = (count("scanned"), count("sealed"));
    assert!(matches!(scanned, 15..=18) && sealed == scanned, "{scanned} {sealed}");
    // Where it is stands there, and not in the clear.
    assert!(rows.iter().any(|row| row.contains_key("position")));
    assert_absent(format!("{rows:?}"), ["user-00", "CANARY"]);

    world.pass(LEASE + Duration::from_millis(1));
    http.reset();
    let second = world.checkpointed(&people).segments(2).page_size(3).run(job()).await.unwrap();
    let counts = second.counts();
    assert_eq!((counts.scanned(), counts.failed()), (40, 0), "{second}");
    // What was begun when it was killed had been sealed, and counts as settled.
    assert_eq!(counts.sealed() + counts.settled(), 40, "{second}");
    assert!(counts.settled() < 6 && second.was_resumed(), "{second}");
    // What was finished is not read again: 25 items, in pages of 3 at most.
    let scans = http.requests_of("Scan");
    assert!((7..=12).contains(&scans.len()), "{}", scans.len());
    let resumed = scans.iter().filter(|scan| scan.body().contains("ExclusiveStartKey")).count();
    assert!(resumed >= scans.len() - 1, "{resumed} of {}", scans.len());
    world.assert_sealed(0..40).await;
}

#[tokio::test]
async fn killed_anywhere_again_and_again_it_gets_to_its_end() {
    let world = Move::of_people(12).await;
    let people = world.repository::<Person>();
    let mut kills = 0;
    for polls in (2_usize..).step_by(3) {
        let run = world.checkpointed(&people).segments(2).page_size(2).run(job());
        let ended = Polls { future: pin!(run), left: polls }.await;
        world.pass(LEASE + Duration::from_millis(1));
        if let Some(summary) = ended {
            let summary = summary.unwrap();
            let counts = summary.counts();
            assert_eq!((counts.scanned(), counts.failed()), (12, 0), "{summary}");
            assert_eq!(counts.sealed() + counts.settled(), 12, "{summary}");
            break;
        }
        kills += 1;
        // Each item is as it was, or sealed whole.
        for (name, item) in world.items::<Person>().await {
            if item.contains_key("_dc") {
                world.open_strictly::<Person>(&item).await.unwrap();
            } else {
                let number = name.strip_prefix("user-").unwrap().parse().unwrap();
                assert_eq!(item, person(number));
            }
        }
    }
    assert!(kills > 3, "killed {kills} times");
    world.assert_sealed(0..12).await;
}

#[tokio::test]
async fn throttling_is_ridden_out_or_ends_the_job_with_its_checkpoint() {
    let world = Move::of_people(10).await;
    let (http, people) = faulty(&world);
    for operation in ["Scan", "UpdateItem", "Query"] {
        http.plan(operation, 2, HttpFault::ThroughputExceeded);
        http.plan(operation, 1, HttpFault::ServerError);
    }
    let migration = || world.checkpointed(&people).segments(1).page_size(2);
    // Later on for longer than it has patience: after some pages are in the checkpoint.
    let seen = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let plan = (http.clone(), Arc::clone(&seen));
    let progress = Progress::to(move |event| {
        if matches!(event, ProgressEvent::Page { .. })
            && plan.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1
        {
            plan.0.plan("Scan", usize::MAX, HttpFault::Throttled);
        }
    });
    let error = migration().progress(progress).run(job()).await.unwrap_err();
    assert!(error.is_throttled(), "{error}");
    assert_eq!(seen.load(std::sync::atomic::Ordering::SeqCst), 2);
    world.assert_sealed(0..0).await;

    http.reset();
    // It gave the segment up: no time has to pass.
    let summary = migration().run(job()).await.unwrap();
    assert!(summary.was_resumed());
    assert_eq!((summary.counts().scanned(), summary.counts().sealed()), (10, 10), "{summary}");
    assert_eq!(http.requests_of("Scan").len(), 4, "pages 3, 4, 5, and where there is none");
    world.assert_sealed(0..10).await;
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_counts_as_what_it_was() {
    let world = Move::of_people(3).await;
    let (http, people) = faulty(&world);
    http.plan("UpdateItem", 2, HttpFault::AnswerLost);
    let summary = Migration::of(&people).segments(1).run(job()).await.unwrap();
    assert_eq!((summary.counts().sealed(), summary.counts().settled()), (3, 0), "{summary}");
    world.assert_sealed(0..3).await;

    // The same of a checkpoint's: claims and commits.
    let world = Move::of_people(4).await;
    let (http, people) = faulty(&world);
    http.plan("UpdateItem", 1, HttpFault::AnswerLost);
    let migration = world.checkpointed(&people).segments(1).page_size(2);
    let plan = http.clone();
    let progress = Progress::to(move |event| {
        if let ProgressEvent::Begun { .. } = event {
            // Two items, and the commit.
            plan.plan("UpdateItem", 3, HttpFault::AnswerLost);
        }
    });
    let summary = migration.progress(progress).run(job()).await.unwrap();
    assert_eq!(summary.counts().sealed(), 4, "{summary}");
}

#[tokio::test]
async fn a_key_provider_that_is_down_ends_the_job() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let faults = keys.faults();
    let mut world = Move::of_people(4).await;
    world.world.sealer = Sealer::new(keys).with_legacy(reading());
    let people = world.repository::<Person>().with_backoff(quick());
    let before = world.items::<Person>().await;

    // Out for a moment.
    faults.on_generate(2, KeyFault::Fail(ErrorKind::Unavailable));
    let dry = Migration::of(&people).dry_run().run(job()).await.unwrap();
    assert_eq!(dry.counts().sealed(), 4, "{dry}");
    assert_eq!(world.items::<Person>().await, before);

    for kind in [ErrorKind::Unavailable, ErrorKind::Throttled, ErrorKind::KeyDisabled] {
        let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
        keys.faults().on_generate(usize::MAX, KeyFault::Fail(kind));
        world.world.sealer = Sealer::new(keys).with_legacy(reading());
        let people = world.repository::<Person>().with_backoff(quick());
        let error = Migration::of(&people).run(job()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
    }
    // One that wraps to something that it does not unwrap: nothing is destroyed for it.
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    keys.faults().on_unwrap(usize::MAX, KeyFault::WrongKey);
    world.world.sealer = Sealer::new(keys).with_legacy(reading());
    let people = world.repository::<Person>().with_backoff(quick());
    let summary = Migration::of(&people).run(job()).await.unwrap();
    assert_eq!(summary.counts().failed(), 4, "{summary}");
    assert_eq!(world.items::<Person>().await, before);
    assert_eq!(before[&id(1)], person(1));
}
