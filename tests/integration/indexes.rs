//! Secondary indexes: queried by their own keys, for one's own items alone, and never for half a
//! record.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::testing::{self, HttpFault};
use dynacrypt::{ExposeSecret, Principal, Record, Repository, Secret};
use futures_util::StreamExt;

use crate::queries::{answer, fill, recorded};
use crate::world::{Document, SSN, World, alice, bob, document};

#[derive(Debug, Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user_id}",
    sort_key = "ORDER#{number:06}",
    entity = "order"
)]
#[dynacrypt(index(by_status, partition_key = status, sort_key = placed))]
#[dynacrypt(index(by_region, partition_key = region, project(total)))]
#[dynacrypt(index(by_total, local, sort_key = total))]
#[dynacrypt(index(inverted, partition_key = sk, sort_key = pk))]
struct Order {
    #[dynacrypt(owner)]
    user_id: String,
    number: u32,
    status: Option<String>,
    placed: u64,
    #[dynacrypt(authenticated)]
    region: String,
    total: i64,
    #[dynacrypt(ttl)]
    expires: Option<SystemTime>,
    #[encrypted]
    card: Secret<String>,
}

fn order(user_id: &str, number: u32) -> Order {
    Order {
        user_id: user_id.to_owned(),
        number,
        status: (!number.is_multiple_of(3)).then(|| "open".to_owned()),
        placed: u64::from(1_000 - number),
        region: "eu".to_owned(),
        total: i64::from(number) - 5,
        expires: number.is_multiple_of(2).then(|| UNIX_EPOCH + Duration::from_secs(1_000)),
        card: Secret::from(SSN),
    }
}

async fn shop() -> World {
    let world = World::new::<Order>().await;
    for user in ["alice", "bob", "alice#"] {
        fill(&world, (0..12).map(|number| order(user, number))).await;
    }
    world
}

fn numbers(orders: &[Order]) -> Vec<u32> {
    orders.iter().map(|order| order.number).collect()
}

fn job() -> Principal {
    Principal::service("export", "ticket 1")
}

#[tokio::test]
async fn an_index_is_queried_by_its_own_keys() {
    let world = shop().await;
    let orders = world.repository::<Order>();
    let open = || orders.query_index(&alice(), Order::indexes().by_status.partition("open"));
    let read = open().page_size(4).stream().collect_all().await.unwrap();
    // By `placed`, which falls as the number rises; each third is not in the index.
    assert_eq!(numbers(&read), [11, 10, 8, 7, 5, 4, 2, 1]);
    assert!(read.iter().all(|order| order.user_id == "alice" && order.card.expose_secret() == SSN));
    let read = open().sort_ge(993_u64).sort_lt(999_u64).stream().collect_all().await.unwrap();
    assert_eq!(numbers(&read), [7, 5, 4, 2]);
    let read = open().backward().limit(2).stream().collect_all().await.unwrap();
    assert_eq!(numbers(&read), [1, 2]);
    assert_eq!(open().filter(Order::columns().total.lt(0)).count().await.unwrap(), 3);
    assert_eq!(open().count().await.unwrap(), 8);
    let closed = Order::indexes().by_status.partition("closed");
    assert_eq!(orders.query_index(&alice(), closed).count().await.unwrap(), 0);

    let local = Order::indexes().by_total.partition("alice");
    let read = orders.query_index(&alice(), local).sort_between(-2_i64, 1_i64).stream();
    assert_eq!(numbers(&read.collect_all().await.unwrap()), [3, 4, 5, 6]);
    let local = Order::indexes().by_total.partition("alice");
    let error = orders.query_index(&bob(), local).stream().next().await.unwrap().unwrap_err();
    assert!(error.is_access_denied(), "{error}");

    let inverted = || Order::indexes().inverted.partition(7_u32);
    let read = orders.query_index(&alice(), inverted()).stream().collect_all().await.unwrap();
    assert_eq!((read.len(), read[0].user_id.as_str()), (1, "alice"));
    let all = orders.query_index(&job(), inverted()).sort_under("alice#").stream();
    let all = all.collect_all().await.unwrap();
    assert_eq!((all.len(), all[0].user_id.as_str()), (1, "alice#"));
    let all = orders.query_index(&job(), inverted()).sort_begins_with("alice").count().await;
    assert_eq!(all.unwrap(), 2);
}

#[tokio::test]
async fn pages_of_an_index_go_on_where_they_ended() {
    let world = shop().await;
    let orders = world.repository::<Order>();
    for principal in [alice(), job()] {
        let (mut token, mut seen) = (None, Vec::new());
        loop {
            let open = Order::indexes().by_status.partition("open");
            let query = orders.query_index(&principal, open).limit(3).page_size(5);
            let page = query.page(token.as_ref()).await.unwrap();
            for order in page.items {
                let order = order.unwrap();
                seen.push((order.user_id, order.number));
            }
            token = page.next;
            if let Some(token) = &token {
                let table = orders.query(&principal, "alice").page(Some(token)).await;
                assert!(table.unwrap_err().is_invalid_token());
                let other = Order::indexes().inverted.partition(7_u32);
                let other = orders.query_index(&principal, other).page(Some(token)).await;
                assert!(other.unwrap_err().is_invalid_token());
            } else {
                break;
            }
        }
        let expected = if principal == alice() { 8 } else { 24 };
        assert_eq!(seen.len(), expected);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), expected, "an item came twice");
    }
}

/// Whatever an index gives: an item of another owner is not opened, and one that says it is one's
/// own and is not does not open.
#[tokio::test]
async fn each_item_of_an_index_is_looked_at_again() {
    let world = shop().await;
    let (http, orders) = recorded::<Order>(&world);
    let open = || orders.query_index(&alice(), Order::indexes().by_status.partition("open"));
    assert_eq!(open().count().await.unwrap(), 8);
    let body = http.requests()[0].body().to_owned();
    assert!(body.contains("USER#alice"), "others' items travel: {body}");
    assert!(!body.contains("\"ConsistentRead\":true"), "{body}");

    let items = testing::raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    let of = |user: &str| {
        let key = AttributeValue::S(format!("USER#{user}"));
        items.iter().find(|item| item["pk"] == key && item.contains_key("status")).unwrap().clone()
    };
    let mut stolen = of("bob");
    stolen.insert("pk".to_owned(), AttributeValue::S("USER#alice".to_owned()));
    http.plan("Query", 1, answer([&of("bob"), &stolen, &of("alice"), &of("alice$c")]));
    let read: Vec<_> = open().stream().collect().await;
    assert_eq!(read.len(), 2, "of alice, or said to be");
    assert!(read[0].as_ref().unwrap_err().is_decrypt());
    assert_eq!(read[1].as_ref().unwrap().user_id, "alice");
}

#[tokio::test]
async fn half_a_record_is_refused_before_anything_is_sent() {
    let world = shop().await;
    let (http, orders) = recorded::<Order>(&world);
    http.plan_any(usize::MAX, HttpFault::ServerError);
    let eu = || orders.query_index(&alice(), Order::indexes().by_region.partition("eu"));
    let error = eu().stream().next().await.unwrap().unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    let text = error.to_string();
    for part in ["`by_region`", "`card`, `expires`, `placed`, `status`"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(eu().page(None).await.unwrap_err().is_invalid_request());
    // Nor does a filter look at what is not there.
    let columns = Order::columns();
    let error = eu().filter(columns.placed.gt(3)).count().await.unwrap_err();
    assert!(error.is_invalid_request() && error.attribute() == Some("placed"), "{error}");
    let open = Order::indexes().by_status.partition("open");
    let error = orders.query_index(&alice(), open).filter(columns.status.eq("open"));
    let error = error.count().await.unwrap_err();
    assert!(error.is_invalid_request() && error.attribute() == Some("status"), "{error}");
    let hiding = orders.clone().hide_expired();
    let eu = hiding.query_index(&alice(), Order::indexes().by_region.partition("eu"));
    let error = eu.count().await.unwrap_err();
    assert!(error.is_invalid_request() && error.attribute() == Some("expires"), "{error}");
    assert!(http.requests().is_empty());
    http.reset();
    let eu = orders.query_index(&alice(), Order::indexes().by_region.partition("eu"));
    assert_eq!(eu.filter(columns.total.ge(0)).count().await.unwrap(), 7);
}

#[derive(Debug, dynacrypt::Projection)]
#[dynacrypt(record = Order)]
struct Total {
    number: u32,
    total: i64,
    region: String,
}

#[derive(Debug, dynacrypt::Projection)]
#[dynacrypt(record = Order)]
struct Card {
    user_id: String,
    card: Secret<String>,
}

/// Parts of records: from an index that holds no more, from queries, scans and by key. What is not
/// read does not travel.
#[tokio::test]
async fn parts_of_records_are_read_alone() {
    let world = shop().await;
    let (http, orders) = recorded::<Order>(&world);
    let eu = || orders.query_index(&alice(), Order::indexes().by_region.partition("eu"));
    let totals = eu().project::<Total>().page_size(7).stream().collect_all().await.unwrap();
    let mut totals: Vec<_> = totals.into_iter().map(|part| (part.number, part.total)).collect();
    totals.sort_unstable();
    assert_eq!(totals, (0..12).map(|n| (n, i64::from(n) - 5)).collect::<Vec<_>>());
    let error = eu().project::<Card>().stream().next().await.unwrap().unwrap_err();
    assert!(error.is_invalid_request() && error.to_string().contains("`card`"), "{error}");

    http.reset();
    let query = orders.query(&alice(), "alice").sort_lt(3_u32);
    let parts = query.clone().project::<Card>().stream().collect_all().await.unwrap();
    assert_eq!(parts.len(), 3);
    assert!(parts.iter().all(|part| part.user_id == "alice" && part.card.expose_secret() == SSN));
    let body = http.requests()[0].body().to_owned();
    for name in ["card", "_dc", "region", "entity"] {
        assert!(body.contains(&format!("\"{name}\"")), "{name} in {body}");
    }
    for name in ["total", "placed", "status", "expires"] {
        assert!(!body.contains(&format!("\"{name}\"")), "{name} in {body}");
    }
    // A token is of a position, whatever is read there.
    let page = query.clone().limit(2).project::<Total>().page(None).await.unwrap();
    let rest = query.project::<Card>().page(page.next.as_ref()).await.unwrap();
    assert_eq!((page.items.len(), rest.items.len()), (2, 1));

    let scan = orders.scan(&job()).segments(2).project::<Total>();
    assert_eq!(scan.stream().collect_all().await.unwrap().len(), 36);
    let part = orders.get_projection::<Total>(&alice(), ("alice", 7_u32)).await.unwrap().unwrap();
    assert_eq!((part.number, part.total, part.region.as_str()), (7, 2, "eu"));
    assert!(orders.get_projection::<Total>(&alice(), ("alice", 70_u32)).await.unwrap().is_none());
    let error = orders.get_projection::<Total>(&bob(), ("alice", 7_u32)).await.unwrap_err();
    assert!(error.is_access_denied());
    let late = || UNIX_EPOCH + Duration::from_secs(2_000);
    let hiding = orders.clone().hide_expired().with_clock(late);
    assert!(hiding.get_projection::<Total>(&alice(), ("alice", 2_u32)).await.unwrap().is_none());
    assert!(hiding.get_projection::<Total>(&alice(), ("alice", 3_u32)).await.unwrap().is_some());
}

/// The owner is no part of the projection, and still decides.
#[tokio::test]
async fn a_projection_without_the_owner_is_still_the_owners() {
    #[derive(Debug, dynacrypt::Projection)]
    #[dynacrypt(record = Document)]
    struct Title {
        number: u32,
        title: Option<String>,
    }
    let world = World::new::<Document>().await;
    fill(&world, [document(1, "alice"), document(2, "bob")]).await;
    let documents = world.repository::<Document>();
    let titles = documents.query(&alice(), "inbox").project::<Title>().stream();
    let titles = titles.collect_all().await.unwrap();
    assert_eq!(titles.len(), 1);
    assert!(titles[0].number == 1 && titles[0].title.is_none());
    assert!(documents.get_projection::<Title>(&bob(), ("inbox", 1_u32)).await.unwrap().is_none());
    assert!(documents.get_projection::<Title>(&bob(), ("inbox", 2_u32)).await.unwrap().is_some());
}

/// The index's partition key is the owner: another's is denied before anything is sent.
#[tokio::test]
async fn an_index_by_owner_is_the_owners() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "files", index(by_owner, partition_key = owner_id, sort_key = name))]
    struct File {
        #[dynacrypt(partition_key)]
        id: u32,
        #[dynacrypt(owner)]
        owner_id: String,
        name: String,
    }
    let world = World::new::<File>().await;
    let file = |id: u32| File {
        id,
        owner_id: if id.is_multiple_of(2) { "alice" } else { "bob" }.to_owned(),
        name: format!("f{id}"),
    };
    fill(&world, (0..10).map(file)).await;
    let (http, files) = recorded::<File>(&world);
    let of = |user: &str| File::indexes().by_owner.partition(user);
    let read = files.query_index(&alice(), of("alice")).stream().collect_all().await.unwrap();
    assert_eq!(read.iter().map(|file| file.id).collect::<Vec<_>>(), [0, 2, 4, 6, 8]);
    http.reset();
    for principal in [bob(), Principal::owner("")] {
        let error = files.query_index(&principal, of("alice")).count().await.unwrap_err();
        assert!(error.is_access_denied(), "{error}");
    }
    assert!(http.requests().is_empty());
    let job = files.query_index(&job(), of("bob")).limit(2).stream().collect_all().await;
    assert_eq!(job.unwrap().len(), 2);
}

#[tokio::test]
async fn expired_items_are_hidden_on_request() {
    let world = shop().await;
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let (http, orders) = recorded::<Order>(&world);
    let late = orders.clone().hide_expired().with_clock(move || at(2_000));
    let early = orders.clone().hide_expired().with_clock(move || at(999));
    let shown = [1, 3, 5, 7, 9, 11];
    let read = late.query(&alice(), "alice").page_size(5).stream().collect_all().await.unwrap();
    assert_eq!(numbers(&read), shown);
    let read = late.query(&alice(), "alice").limit(4).stream().collect_all().await.unwrap();
    assert_eq!(numbers(&read), shown[..4]);
    assert_eq!(late.query(&alice(), "alice").count().await.unwrap(), 6);
    assert_eq!(early.query(&alice(), "alice").count().await.unwrap(), 12);
    assert_eq!(orders.query(&alice(), "alice").count().await.unwrap(), 12);
    assert_eq!(late.scan(&job()).segments(2).stream().count().await, 18);
    assert_eq!(late.collection(&alice(), "alice").stream().count().await, 6);
    let open = Order::indexes().by_status.partition("open");
    assert_eq!(late.query_index(&alice(), open).count().await.unwrap(), 4);
    assert!(late.get(&alice(), ("alice", 2_u32)).await.unwrap().is_none());
    // Whatever the server gives.
    let items = testing::raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    let mine: Vec<_> = items
        .iter()
        .filter(|item| item["pk"] == AttributeValue::S("USER#alice".to_owned()))
        .collect();
    http.plan("Query", 1, answer(mine));
    let read = late.query(&alice(), "alice").stream().collect_all().await.unwrap();
    assert_eq!(read.len(), 6);
}
