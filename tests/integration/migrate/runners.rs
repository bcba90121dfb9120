//! Two runners of one job, and checkpoints that are not the job's. It never lets both win.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::jobs::{Migration, Progress, ProgressEvent, checkpoint_table};
use dynacrypt::testing::{FaultyHttp, HttpFault, put_raw};
use dynacrypt::{DynamoRepository, Record, Secret};

use super::races::interrupted;
use super::{Move, Person, job, s};

#[tokio::test]
async fn a_second_runner_is_refused_until_the_lease_is_over() {
    let world = Move::of_people(20).await;
    let people = world.repository::<Person>();
    let migration = || world.checkpointed(&people).segments(2).page_size(3);
    // The first one is killed, and its lease is not over.
    let mut first = Box::pin(migration().run(job()));
    while world.rows().await.iter().filter(|row| row.contains_key("counts")).count() == 0 {
        // A little at a time.
        let step = tokio::time::timeout(Duration::from_millis(1), &mut first).await;
        assert!(step.is_err(), "it ended before it was killed");
    }
    let rows = world.rows().await;
    let error = migration().run(job()).await.unwrap_err();
    assert!(error.is_job_held() && !error.is_retryable(), "{error}");
    assert_eq!(world.rows().await, rows, "it was not touched");
    drop(first);
    world.pass(Duration::from_secs(59));
    assert!(migration().run(job()).await.unwrap_err().is_job_held());
    world.pass(Duration::from_secs(2));
    let summary = migration().run(job()).await.unwrap();
    assert_eq!(summary.counts().scanned(), 20, "{summary}");
    world.assert_sealed(0..20).await;
}

#[tokio::test]
async fn a_runner_that_was_overtaken_stops_and_nothing_is_lost() {
    let world = Move::of_people(12).await;
    // Before the first one's third commit, another takes over and gets to the end.
    let other = world.repository::<Person>();
    let (checkpoints, clock) = (world.checkpoints.clone(), std::sync::Arc::clone(&world.clock));
    let table = world.world.table.clone();
    let sealer = world.world.sealer.clone();
    let (client, seen) =
        interrupted(&world, "UpdateItem", &world.checkpoints, move |client, number| {
            // Two claims come first.
            let overtakes = number == 4;
            let people =
                DynamoRepository::<Person>::new(client, sealer.clone()).with_table_name(&table);
            let (checkpoints, clock) = (checkpoints.clone(), std::sync::Arc::clone(&clock));
            async move {
                if overtakes {
                    let later = 61_000;
                    clock.fetch_add(later, std::sync::atomic::Ordering::SeqCst);
                    let people = people.with_clock(move || {
                        let millis = clock.load(std::sync::atomic::Ordering::SeqCst);
                        std::time::UNIX_EPOCH + Duration::from_millis(millis)
                    });
                    let migration = Migration::of(&people).checkpoint(checkpoints, "job");
                    let summary = migration.segments(2).page_size(2).run(job()).await.unwrap();
                    assert_eq!(summary.counts().scanned(), 12, "{summary}");
                }
            }
        });
    let people = world.with_clock(
        DynamoRepository::<Person>::new(client, world.world.sealer.clone())
            .with_table_name(&world.world.table),
    );
    let error = world.checkpointed(&people).segments(2).page_size(2).run(job()).await.unwrap_err();
    assert!(error.is_job_held(), "{error}");
    assert!(seen.load(std::sync::atomic::Ordering::SeqCst) > 4);
    world.assert_sealed(0..12).await;
    let rows = world.rows().await;
    assert!(rows.iter().all(|row| row["done"] == AttributeValue::Bool(true)), "{rows:?}");
    let again = world.checkpointed(&other).segments(2).run(job()).await.unwrap();
    assert!(again.was_finished() && again.counts().scanned() == 12, "{again}");
}

/// A lease that is much shorter than a page takes is kept all the same.
#[tokio::test]
async fn a_lease_is_kept_while_a_page_takes_its_time() {
    let world = Move::of_people(2).await;
    let http = FaultyHttp::new();
    let config = world.world.backend.dynamodb_config().http_client(http.clone());
    let people = DynamoRepository::<Person>::new(
        aws_sdk_dynamodb::Client::from_conf(config.build()),
        world.world.sealer.clone(),
    )
    .with_table_name(&world.world.table);
    let plan = http.clone();
    let progress = Progress::to(move |event| {
        if let ProgressEvent::Begun { .. } = event {
            plan.plan("Scan", 1, HttpFault::Hang);
        }
    });
    let lease = Duration::from_millis(30);
    let migration = world.checkpointed(&people).segments(1).lease(lease).progress(progress);
    // What is neither the claim nor a page's: signs of life.
    let is_held = |body: &str| {
        body.contains("held_until")
            && !body.contains("\"segments\"")
            && !body.contains("\"counts\"")
    };
    let alive = async {
        while http.requests_of("UpdateItem").iter().filter(|sent| is_held(sent.body())).count() < 3
        {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_mins(1), async {
        tokio::select! {
            ended = migration.run(job()) => panic!("its first page has no answer: {ended:?}"),
            () = alive => {}
        }
    });
    waited.await.expect("signs of life");
    assert_ne!(world.rows().await[0]["held_until"], AttributeValue::N("0".to_owned()));
}

#[derive(Debug, Record)]
#[dynacrypt(table = "others")]
struct Other {
    #[dynacrypt(partition_key)]
    user_id: String,
    #[encrypted]
    secret: Secret<String>,
}

#[tokio::test]
async fn a_checkpoint_of_another_job_is_refused() {
    let world = Move::of_people(5).await;
    let people = world.repository::<Person>();
    world.checkpointed(&people).segments(2).run(job()).await.unwrap();
    let rows = world.rows().await;
    let refused = async |error: dynacrypt::Error, what: &str| {
        assert!(error.is_invalid_request() && error.to_string().contains(what), "{error}");
    };
    for segments in [1, 3, 4] {
        let run = world.checkpointed(&people).segments(segments).run(job()).await;
        refused(run.unwrap_err(), "in 2 segments").await;
    }
    let moved = world.repository::<Person>().with_table_name("elsewhere");
    let run = world.checkpointed(&moved).segments(2).run(job()).await;
    refused(run.unwrap_err(), "another table").await;
    let others = world.repository::<Other>();
    let run = world.checkpointed(&others).segments(2).run(job()).await;
    refused(run.unwrap_err(), "another record type").await;
    assert_eq!(world.rows().await, rows);

    // Another job in the same table is another job.
    let run = Migration::of(&people).checkpoint(&world.checkpoints, "job-2").run(job()).await;
    assert_eq!(run.unwrap().counts().settled(), 5);

    // No such table, the table of something else, and one that exists.
    let run = Migration::of(&people).checkpoint("no-such-table", "job").run(job()).await;
    let error = run.unwrap_err();
    assert!(error.is_table_not_found() && error.to_string().contains("checkpoint"), "{error}");
    let error = checkpoint_table(&people, &world.checkpoints).await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
    let junk = super::Item::from([
        ("job".to_owned(), s("junk")),
        ("segment".to_owned(), AttributeValue::N("0".to_owned())),
    ]);
    put_raw(world.world.backend.dynamodb(), &world.checkpoints, junk).await.unwrap();
    let run = Migration::of(&people).checkpoint(&world.checkpoints, "junk").run(job()).await;
    refused(run.unwrap_err(), "something else than a checkpoint").await;
}

#[tokio::test]
async fn a_position_of_another_segment_or_job_is_refused() {
    let world = Move::of_people(30).await;
    let people = world.repository::<Person>();
    // Stopped in the middle of both segments.
    let stopped = std::sync::Arc::new(tokio::sync::Notify::new());
    let stop = std::sync::Arc::clone(&stopped);
    let seen = std::sync::Mutex::new(std::collections::HashSet::new());
    let progress = Progress::to(move |event| {
        if let ProgressEvent::Page { segment, .. } = event {
            seen.lock().unwrap().insert(segment);
            if seen.lock().unwrap().len() == 2 {
                stop.notify_one();
            }
        }
    });
    let first = world.checkpointed(&people).segments(2).page_size(2).progress(progress);
    tokio::select! {
        biased;
        () = stopped.notified() => {}
        ended = first.run(job()) => panic!("{ended:?}"),
    }
    world.pass(Duration::from_secs(61));
    let rows = world.rows().await;
    let swapped = |one: &super::Item, other: &super::Item| {
        let mut row = one.clone();
        row.insert("position".to_owned(), other["position"].clone());
        row
    };
    let other_job = |row: &super::Item| {
        let mut row = row.clone();
        row.insert("job".to_owned(), s("job-2"));
        row
    };
    let client = world.world.backend.dynamodb();
    let put = async |row: super::Item| put_raw(client, &world.checkpoints, row).await.unwrap();
    put(swapped(&rows[0], &rows[1])).await;
    let run = || world.checkpointed(&people).segments(2).page_size(2);
    let error = run().run(job()).await.unwrap_err();
    assert!(error.is_invalid_token(), "{error}");
    put(rows[0].clone()).await;
    put(other_job(&rows[0])).await;
    let second = Migration::of(&people).segments(2).checkpoint(&world.checkpoints, "job-2");
    assert!(second.run(job()).await.unwrap_err().is_invalid_token());
    // As it was, it goes on; with a sealer of other keys it would not.
    let summary = run().run(job()).await.unwrap();
    assert_eq!(summary.counts().scanned(), 30, "{summary}");
}
