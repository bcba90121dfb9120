//! Scans: every record of a table for services, in segments, resumable, and nothing for owners.

use std::collections::BTreeSet;

use dynacrypt::testing::CapturedLogs;
use dynacrypt::{Principal, Record, observe};
use futures_util::{StreamExt, TryStreamExt};

use crate::queries::{Visit, fill, recorded, visit};
use crate::world::{World, alice};

fn job() -> Principal {
    Principal::service("export", "ticket 4711")
}

async fn filled(count: u32) -> World {
    let world = World::new::<Visit>().await;
    fill(&world, (0..count).map(|n| visit(&format!("p{}", n % 40), &format!("{n:04}"), n))).await;
    world
}

#[tokio::test]
async fn a_scan_gives_every_record_once() {
    let world = filled(400).await;
    let (http, visits) = recorded::<Visit>(&world);
    let expected: Vec<u32> = (0..400).collect();
    for segments in [1, 2, 7, 50] {
        http.reset();
        let scan = visits.scan(&job()).segments(segments).page_size(30);
        let mut wards: Vec<u32> =
            scan.stream().map_ok(|visit| visit.ward).try_collect().await.unwrap();
        wards.sort_unstable();
        assert_eq!(wards, expected, "{segments} segments");
        let requests = http.requests();
        assert!(requests.len() >= segments as usize, "{}", requests.len());
    }
    assert_eq!(visits.scan(&job()).page_size(30).count().await.unwrap(), 400);
    let some = visits.scan(&job()).filter(Visit::columns().ward.lt(10_u32));
    assert_eq!(some.clone().stream().count().await, 10);
    assert_eq!(some.segments(3).stream().count().await, 10);
    // Keys may be filtered by here.
    let p1 = visits.scan(&job()).filter(Visit::columns().patient.eq("p1"));
    assert_eq!(p1.count().await.unwrap(), 10);
    assert_eq!(visits.scan(&job()).segments(4).limit(9).stream().count().await, 9);
}

#[tokio::test]
async fn segments_are_resumed_one_by_one() {
    let world = filled(120).await;
    let visits = world.repository::<Visit>();
    let mut wards = BTreeSet::new();
    for number in 0..3 {
        let mut token = None;
        loop {
            let scan = visits.scan(&job()).segment(number, 3).limit(10);
            let page = scan.page(token.as_ref()).await.unwrap();
            for visit in page.items {
                assert!(wards.insert(visit.unwrap().ward), "an item came twice");
            }
            if let Some(next) = &page.next {
                let elsewhere = visits.scan(&job()).segment((number + 1) % 3, 3);
                let error = elsewhere.page(Some(next)).await.unwrap_err();
                assert!(error.is_invalid_token(), "{error}");
            }
            token = page.next;
            if token.is_none() {
                break;
            }
        }
    }
    assert_eq!(wards.len(), 120);
}

#[tokio::test]
async fn what_cannot_be_scanned_is_refused_before_it_is_sent() {
    let world = filled(2).await;
    let (http, visits) = recorded::<Visit>(&world);
    for scan in [
        visits.scan(&job()).segments(0),
        visits.scan(&job()).segments(1_000_001),
        visits.scan(&job()).segment(3, 3),
        visits.scan(&job()).segment(0, 0),
        visits.scan(&job()).segment(0, 2).segments(2),
    ] {
        let error = scan.stream().next().await.unwrap().unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
    }
    let error = visits.scan(&job()).segments(2).page(None).await.unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    for principal in [alice(), Principal::owner(""), Principal::service("", "x")] {
        for segments in [1, 4] {
            let scan = visits.scan(&principal).segments(segments);
            let mut stream = scan.stream();
            assert!(stream.next().await.unwrap().unwrap_err().is_access_denied());
            assert!(stream.next().await.is_none());
        }
        assert!(visits.scan(&principal).count().await.unwrap_err().is_access_denied());
        assert!(visits.scan(&principal).page(None).await.unwrap_err().is_access_denied());
    }
    assert!(http.requests().is_empty());
}

#[tokio::test]
async fn a_scan_is_audited_once_when_it_begins() {
    let world = filled(40).await;
    let visits = world.repository::<Visit>();
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let stream = visits.scan(&job()).segments(4).page_size(2).stream();
    assert!(!logs.text().contains(observe::AUDIT), "audited before it is polled");
    assert_eq!(stream.count().await, 40);
    assert_eq!(visits.query(&job(), "p1").page_size(1).stream().count().await, 1);
    drop(guard);
    let text = logs.text();
    let audit: Vec<&str> = text.lines().filter(|line| line.contains(observe::AUDIT)).collect();
    assert_eq!(audit.len(), 2, "{audit:#?}");
    for (line, operation) in audit.iter().zip(["scan", "query"]) {
        for part in ["export", "ticket 4711", "visits", operation] {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(!line.contains("p1"), "a value in {line}");
    }
}

/// However large the table: what is held at a time is at most a page of each segment. Told by what
/// was asked for when the first items of later pages appear.
#[tokio::test]
async fn a_stream_asks_for_a_page_when_the_one_before_is_used_up() {
    let world = filled(200).await;
    let (http, visits) = recorded::<Visit>(&world);
    let mut stream = visits.scan(&job()).page_size(10).stream();
    let mut taken = 0;
    while let Some(visit) = stream.next().await {
        visit.unwrap();
        taken += 1;
        let asked = http.requests().len() * 10;
        assert!(asked <= taken + 10, "{asked} asked for, {taken} taken");
    }
    assert_eq!(taken, 200);
}
