//! Pages and their tokens: every item once, whatever the page's length; a token that was changed, or
//! made for another principal or query, is refused with one error.

use dynacrypt::error::Error;
use dynacrypt::repository::{PageToken, Query};
use dynacrypt::testing::{FaultyKeyProvider, KeyFault};
use dynacrypt::{DynamoRepository, LocalKeyProvider, Principal, Record, Sealer, testing};

use crate::queries::{Visit, fill, recorded, visit};
use crate::world::{Document, World, alice, bob, document};

type Visits<'a> = dyn Fn() -> Query<Visit, String> + 'a;

/// Page by page until the end: lengths of the pages, and the days.
async fn walk(query: &Visits<'_>) -> (Vec<usize>, Vec<String>) {
    let (mut lengths, mut days, mut token) = (Vec::new(), Vec::new(), None::<PageToken>);
    loop {
        let page = query().page(token.as_ref()).await.unwrap();
        lengths.push(page.items.len());
        days.extend(page.items.into_iter().map(|visit| visit.unwrap().day));
        match page.next {
            Some(next) => token = Some(next),
            None => return (lengths, days),
        }
        assert!(lengths.len() < 100, "pages without end");
    }
}

#[tokio::test]
async fn pages_of_any_length_give_every_item_once() {
    let world = World::new::<Visit>().await;
    let all: Vec<String> = (0..23).map(|n| format!("{n:02}")).collect();
    fill(&world, all.iter().map(|day| visit("alice", day, 1))).await;
    let visits = world.repository::<Visit>();
    let query = || visits.query(&alice(), "alice");
    for limit in [1, 2, 5, 22, 23, 24] {
        for size in [1, 3, 5, 100] {
            let (lengths, days) = walk(&|| query().limit(limit).page_size(size)).await;
            assert_eq!(days, all, "{limit} {size}");
            assert!(lengths.iter().rev().skip(1).all(|length| *length == limit), "{lengths:?}");
        }
    }
    let (lengths, days) = walk(&|| query().limit(10).backward()).await;
    assert_eq!((lengths, days), (vec![10, 10, 3], all.iter().rev().cloned().collect()));
    let (lengths, days) = walk(&|| query().page_size(4)).await;
    assert_eq!((lengths.first(), days), (Some(&4), all.clone()));
    let even = Visit::columns().day.exists();
    assert!(visits.query(&alice(), "alice").filter(even).page(None).await.is_err());
    let (lengths, _) = walk(&|| query().sort_ge("05").sort_lt("15").limit(4)).await;
    assert_eq!(lengths, [4, 4, 2]);
    assert!(query().limit(0).page(None).await.unwrap().items.is_empty());
}

/// What is filtered out, and what belongs to others, does not shorten a page.
#[tokio::test]
async fn dropped_items_do_not_shorten_a_page() {
    let world = World::new::<Document>().await;
    fill(&world, (0..60).map(|n| document(n, if n % 4 == 1 { "alice" } else { "bob" }))).await;
    let documents = world.repository::<Document>();
    let mut token = None;
    let mut numbers = Vec::new();
    for length in [6, 6, 3] {
        let query = documents.query(&alice(), "inbox").limit(6).page_size(7);
        let page = query.page(token.as_ref()).await.unwrap();
        assert_eq!(page.items.len(), length);
        numbers.extend(page.items.into_iter().map(|item| item.unwrap().number));
        token = page.next;
    }
    assert_eq!(numbers, (0..15).map(|n| 4 * n + 1).collect::<Vec<_>>());
    // The last page is told by its token's absence, where it can be known.
    assert!(token.is_none());
}

#[tokio::test]
async fn a_token_says_nothing_and_is_bound_to_who_asked_for_what() {
    let world = World::new::<Visit>().await;
    fill(&world, (0..9).map(|n| visit("alice", &format!("CANARY-{n}"), 1))).await;
    fill(&world, (0..9).map(|n| visit("bob", &format!("CANARY-{n}"), 1))).await;
    let (http, visits) = recorded::<Visit>(&world);
    let job = Principal::service("export", "ticket 1");
    let base = || visits.query(&alice(), "alice").limit(3);
    let token = base().page(None).await.unwrap().next.unwrap();
    testing::assert_absent(token.as_str(), ["CANARY-2", "alice"]);
    testing::assert_absent(format!("{token:?}"), [token.as_str()]);
    assert!(token.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    let json = serde_json::to_string(&token).unwrap();
    assert_eq!(serde_json::from_str::<PageToken>(&json).unwrap(), token);

    // What does not bind: limit, page size, consistency. Another process with the same keys opens it.
    let other =
        DynamoRepository::<Visit>::new(world.backend.dynamodb().clone(), world.sealer.clone())
            .with_table_name(&world.table);
    let second = other.query(&alice(), "alice").limit(5).page_size(2).eventually_consistent();
    let page = second.page(Some(&token)).await.unwrap();
    assert_eq!(page.items.first().unwrap().as_ref().unwrap().day, "CANARY-3");
    assert_eq!(page.items.len(), 5);

    let refused = async |query: Query<Visit, String>, token: &PageToken| {
        let error: Error = query.page(Some(token)).await.unwrap_err();
        assert!(error.is_invalid_token(), "{error}");
        assert_eq!(error.to_string(), "page token is not valid");
    };
    let columns = Visit::columns();
    http.reset();
    for query in [
        visits.query(&bob(), "bob").limit(3),
        visits.query(&job, "alice").limit(3),
        visits.query(&job, "bob").limit(3),
        base().backward(),
        base().sort_ge("CANARY"),
        base().sort_begins_with("CANARY"),
        base().filter(columns.ward.eq(1_u32)),
    ] {
        refused(query, &token).await;
    }
    let filtered = |ward: u32| base().filter(columns.ward.eq(ward));
    let of_filter = filtered(1).page(None).await.unwrap().next.unwrap();
    assert!(filtered(1).page(Some(&of_filter)).await.is_ok());
    refused(filtered(2), &of_filter).await;
    refused(base(), &of_filter).await;
    let of_service = visits.query(&job, "alice").limit(3).page(None).await.unwrap().next.unwrap();
    refused(base(), &of_service).await;
    let named = Principal::service("import", "ticket 1");
    refused(visits.query(&named, "alice"), &of_service).await;
    let reason = Principal::service("export", "ticket 2");
    assert!(visits.query(&reason, "alice").page(Some(&of_service)).await.is_ok());
    let collection = visits.collection(&alice(), "alice").limit(3);
    assert!(collection.page(Some(&token)).await.unwrap_err().is_invalid_token());
    assert!(visits.scan(&job).page(Some(&of_service)).await.unwrap_err().is_invalid_token());

    // Another tenant, another key, another table of the same logical name.
    let tenant = DynamoRepository::<Visit>::new(
        world.backend.dynamodb().clone(),
        world.sealer.clone().for_tenant("t-1"),
    );
    refused(tenant.with_table_name(&world.table).query(&alice(), "alice"), &token).await;
    let strange = Sealer::new(LocalKeyProvider::generate().unwrap());
    let strange = DynamoRepository::<Visit>::new(world.backend.dynamodb().clone(), strange);
    refused(strange.with_table_name(&world.table).query(&alice(), "alice"), &token).await;
    let copy = world.repository::<Visit>().with_table_name("a-copy");
    refused(copy.query(&alice(), "alice"), &token).await;
}

#[tokio::test]
async fn a_changed_token_is_refused() {
    let world = World::new::<Visit>().await;
    fill(&world, (0..4).map(|n| visit("alice", &format!("{n}"), 1))).await;
    let (http, visits) = recorded::<Visit>(&world);
    let query = || visits.query(&alice(), "alice").limit(2);
    let token = query().page(None).await.unwrap().next.unwrap().into_string();
    http.reset();
    let mut changed: Vec<String> = (0..token.len()).map(|end| token[..end].to_owned()).collect();
    for at in 0..token.len() {
        let other = if token.as_bytes()[at] == b'A' { 'B' } else { 'A' };
        let mut text = token.clone();
        text.replace_range(at..=at, &other.to_string());
        changed.push(text);
    }
    let long = "A".repeat(1 << 20);
    for text in
        ["", "A", "=", "\u{0}", "ä", "%%%", " ", &format!("{token}A"), &format!("{token}="), &long]
    {
        changed.push(text.to_owned());
    }
    for text in changed {
        let error = query().page(Some(&text.as_str().into())).await.unwrap_err();
        assert!(error.is_invalid_token(), "{error}: {}", text.len());
    }
    assert!(http.requests().is_empty(), "a token that is no token reached the table");
    assert_eq!(query().page(Some(&token.into())).await.unwrap().items.len(), 2);
}

/// A sealer that only reads has no data key generated, and makes its tokens with those of the items.
#[tokio::test]
async fn a_read_only_sealer_pages_without_generating_keys() {
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let counted = keys.faults();
    let world = World::with_sealer::<Visit>(Sealer::new(keys)).await;
    fill(&world, (0..5).map(|n| visit("alice", &format!("{n}"), 1))).await;
    let generated = counted.generate_calls();
    let reader = |sealer: Sealer| {
        DynamoRepository::<Visit>::new(world.backend.dynamodb().clone(), sealer)
            .with_table_name(&world.table)
    };
    let visits = reader(world.sealer.clone().read_only());
    let (_, days) = walk(&|| visits.query(&alice(), "alice").limit(2)).await;
    assert_eq!(days, ["0", "1", "2", "3", "4"]);
    assert_eq!(counted.generate_calls(), generated);

    let visits = reader(world.sealer.clone().write_only());
    let token = visits.query(&alice(), "alice").limit(2).page(None).await.unwrap().next.unwrap();
    let error = visits.query(&alice(), "alice").page(Some(&token)).await.unwrap_err();
    assert!(error.is_not_capable(), "{error}");

    // What the key provider's service says is not the token's fault.
    let keys = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
    let faults = keys.faults();
    let limits = dynacrypt::keys::CacheLimits::default().max_age(std::time::Duration::ZERO);
    let sealer = Sealer::with_cache_limits(keys, limits);
    let world = World::with_sealer::<Visit>(sealer).await;
    fill(&world, (0..5).map(|n| visit("alice", &format!("{n}"), 1))).await;
    let visits = world.repository::<Visit>();
    let token = visits.query(&alice(), "alice").limit(2).page(None).await.unwrap().next.unwrap();
    faults.on_unwrap(1, KeyFault::Fail(dynacrypt::ErrorKind::Throttled));
    let error = visits.query(&alice(), "alice").page(Some(&token)).await.unwrap_err();
    assert!(error.is_throttled(), "{error}");
}
