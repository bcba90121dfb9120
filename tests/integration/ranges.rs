//! Ranges over sort keys that a template makes: against a model of their values, with strings that
//! try to be syntax, beside other record types in the same partition.

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::repository::Query;
use dynacrypt::{Record, testing};

use crate::queries::{answer, fill, recorded};
use crate::world::{World, alice};

#[derive(Debug, Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user_id}",
    sort_key = "ORDER#{name}#{number:03}",
    entity = "order"
)]
struct Order {
    #[dynacrypt(owner)]
    user_id: String,
    name: String,
    number: u16,
}

/// Begins as an order's key does.
#[derive(Debug, Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user_id}",
    sort_key = "ORDER#{name}#{number:03}#LINE#{line}"
)]
struct Line {
    #[dynacrypt(owner)]
    user_id: String,
    name: String,
    number: u16,
    line: u8,
}

#[derive(Debug, Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "PROFILE")]
struct Customer {
    #[dynacrypt(owner)]
    user_id: String,
}

/// No literal before its field, and so the whole partition but for the entity.
#[derive(Debug, Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "{tag}", entity = "tag")]
struct Tag {
    #[dynacrypt(owner)]
    user_id: String,
    tag: String,
}

const NAMES: [&str; 15] = [
    " ",
    "!",
    "#",
    "#1",
    "$",
    "$c",
    "%",
    "ORDER#",
    "a",
    "a ",
    "a#",
    "a#001",
    "a$",
    "aa",
    "\u{10FFFF}",
];
const NUMBERS: [u16; 4] = [0, 1, 10, 999];

type Values = (String, u16);

async fn shop() -> (World, Vec<Values>) {
    let world = World::new::<Order>().await;
    let mut all = Vec::new();
    let user = |id: &str| id.to_owned();
    for name in NAMES {
        for number in NUMBERS {
            let line = Line { user_id: user("alice"), name: name.to_owned(), number, line: 1 };
            fill(&world, [line]).await;
            let order = |id: &str| Order { user_id: user(id), name: name.to_owned(), number };
            fill(&world, [order("alice"), order("alice#"), order("b")]).await;
            all.push((name.to_owned(), number));
        }
        fill(&world, [Tag { user_id: user("alice"), tag: name.to_owned() }]).await;
    }
    fill(&world, [Customer { user_id: user("alice") }]).await;
    all.sort();
    (world, all)
}

async fn read<S>(query: Query<Order, S>) -> Vec<Values> {
    let orders = query.stream().collect_all().await.unwrap();
    assert!(orders.iter().all(|order| order.user_id == "alice"));
    orders.into_iter().map(|order| (order.name, order.number)).collect()
}

#[tokio::test]
async fn ranges_agree_with_a_model() {
    let (world, all) = shop().await;
    let orders = world.repository::<Order>();
    let query = || orders.query(&alice(), "alice");
    let model = |wanted: &dyn Fn(&Values) -> bool| -> Vec<Values> {
        all.iter().filter(|values| wanted(values)).cloned().collect()
    };
    assert_eq!(read(query()).await, all);
    assert_eq!(read(query().backward()).await, all.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(query().count().await.unwrap(), all.len());
    for name in NAMES {
        for end in 0..=name.chars().count() {
            let prefix: String = name.chars().take(end).collect();
            let found = read(query().sort_begins_with(&prefix)).await;
            assert_eq!(found, model(&|(n, _)| n.starts_with(&prefix)), "{prefix:?}");
        }
        let under = read(query().sort_under(name)).await;
        assert_eq!(under, model(&|(n, _)| n == name), "{name:?}");
        let from = read(query().sort_from((name,))).await;
        assert_eq!(from, model(&|(n, _)| n.as_str() >= name), "{name:?}");
        let until = read(query().sort_until(name.to_owned())).await;
        assert_eq!(until, model(&|(n, _)| n.as_str() <= name), "{name:?}");
        let key = (name.to_owned(), 10);
        let at = (name, 10_u16);
        assert_eq!(read(query().sort_eq(at)).await, model(&|k| *k == key), "{key:?}");
        assert_eq!(read(query().sort_under(at)).await, model(&|k| *k == key), "{key:?}");
        assert_eq!(read(query().sort_lt(at)).await, model(&|k| *k < key), "{key:?}");
        assert_eq!(read(query().sort_le(at)).await, model(&|k| *k <= key), "{key:?}");
        assert_eq!(read(query().sort_gt(at)).await, model(&|k| *k > key), "{key:?}");
        assert_eq!(read(query().sort_ge(at)).await, model(&|k| *k >= key), "{key:?}");
        assert_eq!(read(query().sort_until(at)).await, model(&|k| *k <= key), "{key:?}");
    }
    for low in NAMES {
        for high in NAMES {
            let found = read(query().sort_from(low).sort_until(high)).await;
            let expected = model(&|(n, _)| (low..=high).contains(&n.as_str()));
            assert_eq!(found, expected, "{low:?} {high:?}");
            let between = query().sort_between((low, 1_u16), (high, 10_u16));
            let expected =
                model(&|(n, m)| (low, 1) <= (n.as_str(), *m) && (n.as_str(), *m) <= (high, 10));
            assert_eq!(read(between).await, expected, "{low:?} {high:?}");
        }
    }
}

/// Each record type sees its own items in the partition, whatever the others' keys begin with.
#[tokio::test]
async fn record_types_share_a_partition() {
    let (world, all) = shop().await;
    let lines = world.repository::<Line>().query(&alice(), "alice").stream();
    let lines = lines.collect_all().await.unwrap();
    assert!(lines.iter().all(|line| line.line == 1));
    let lines: Vec<Values> = lines.into_iter().map(|line| (line.name, line.number)).collect();
    assert_eq!(lines.len(), all.len());
    let customers = world.repository::<Customer>().query(&alice(), "alice");
    assert_eq!(customers.clone().count().await.unwrap(), 1);
    assert_eq!(customers.stream().collect_all().await.unwrap().len(), 1);
    let tags = world.repository::<Tag>().query(&alice(), "alice").stream();
    let mut expected = NAMES.to_vec();
    expected.sort_unstable();
    let tags = tags.collect_all().await.unwrap();
    assert_eq!(tags.iter().map(|tag| tag.tag.as_str()).collect::<Vec<_>>(), expected);

    let job = dynacrypt::Principal::service("export", "ticket 1");
    let orders = world.repository::<Order>().scan(&job).segments(3);
    assert_eq!(orders.stream().collect_all().await.unwrap().len(), 3 * all.len());
    assert_eq!(world.repository::<Customer>().scan(&job).count().await.unwrap(), 1);
    assert_eq!(world.repository::<Tag>().scan(&job).count().await.unwrap(), NAMES.len());
}

/// Of a server that gives other items than it was asked for, none is taken for one of the type.
#[tokio::test]
async fn items_of_other_types_are_dropped_here_too() {
    let (world, all) = shop().await;
    let items = testing::raw_items(world.backend.dynamodb(), &world.table).await.unwrap();
    let mine: Vec<_> = items
        .iter()
        .filter(|item| item["pk"] == AttributeValue::S("USER#alice".to_owned()))
        .cloned()
        .collect();
    assert_eq!(mine.len(), 2 * all.len() + NAMES.len() + 1);
    let (http, orders) = recorded::<Order>(&world);
    http.plan("Query", 1, answer(&mine));
    let read = orders.query(&alice(), "alice").stream().collect_all().await.unwrap();
    assert_eq!(read.len(), all.len());
    let (http, tags) = recorded::<Tag>(&world);
    // Of the shape of a tag's key, and no tag.
    let mut profile = mine.iter().find(|item| !item.contains_key("entity")).unwrap().clone();
    profile.insert("sk".to_owned(), AttributeValue::S("PROFILE".to_owned()));
    http.plan("Query", 1, answer(mine.iter().chain([&profile])));
    let read = tags.query(&alice(), "alice").stream().collect_all().await.unwrap();
    assert_eq!(read.len(), NAMES.len());
}

/// Values that would not sort as their numbers do are refused, and nothing is sent.
#[tokio::test]
async fn numbers_without_order_are_refused() {
    #[derive(Debug, Record)]
    #[dynacrypt(table = "plain", partition_key = "P#{user}", sort_key = "N#{number}")]
    struct Plain {
        #[dynacrypt(owner)]
        user: String,
        number: i32,
    }
    let world = World::new::<Plain>().await;
    let plain = |number| Plain { user: "alice".to_owned(), number };
    fill(&world, [plain(-5), plain(9), plain(10)]).await;
    let (http, repository) = recorded::<Plain>(&world);
    let query = || repository.query(&alice(), "alice");
    for query in [
        query().sort_lt(10),
        query().sort_ge(9),
        query().sort_between(9, 10),
        query().sort_from(9),
        query().sort_until(9),
    ] {
        let error = query.stream().collect_all().await.unwrap_err();
        assert!(error.is_invalid_record(), "{error}");
    }
    assert!(http.requests().is_empty());
    let one = query().sort_eq(-5).stream().collect_all().await.unwrap();
    assert_eq!(one[0].number, -5);
    assert_eq!(query().count().await.unwrap(), 3);

    let orders = recorded::<Order>(&world).1;
    for number in [1_000_u16, u16::MAX] {
        let query = orders.query(&alice(), "alice").sort_le(("a", number));
        assert!(query.stream().collect_all().await.unwrap_err().is_invalid_record());
    }
}

/// All record types of a partition, each opened as what it is.
#[tokio::test]
async fn a_collection_gives_items_of_every_type() {
    let (world, all) = shop().await;
    let orders = world.repository::<Order>();
    let items = orders.collection(&alice(), "alice").page_size(17).stream();
    let items = items.collect_all().await.unwrap();
    assert_eq!(items.len(), 2 * all.len() + NAMES.len() + 1);
    let (mut found, mut tags, mut lines, mut customers) = (Vec::new(), 0, 0, 0);
    for item in items {
        assert!(!format!("{item:?}").contains("alice"), "{item:?}");
        match item.entity() {
            Some("order") => {
                assert!(item.is::<Order>() && !item.is::<Customer>());
                let order = item.open::<Order>().await.unwrap();
                found.push((order.name, order.number));
            }
            Some("tag") => {
                tags += 1;
                // Only a type of the same shape could be mistaken for it.
                assert!(!item.is::<Order>());
                assert!(item.open::<Order>().await.unwrap_err().is_invalid_item());
            }
            Some(other) => panic!("{other}"),
            None if item.is::<Customer>() => {
                assert_eq!(item.open::<Customer>().await.unwrap().user_id, "alice");
                customers += 1;
            }
            None => {
                assert!(item.is::<Line>());
                item.open::<Line>().await.unwrap();
                lines += 1;
            }
        }
    }
    assert_eq!(found, all);
    assert_eq!((tags, lines, customers), (NAMES.len(), all.len(), 1));

    let error = orders.collection(&alice(), "b").stream().collect_all().await.unwrap_err();
    assert!(error.is_access_denied());
    let page = orders.collection(&alice(), "alice").limit(3).page(None).await.unwrap();
    let next = orders.collection(&alice(), "alice").limit(3).page(page.next.as_ref()).await;
    assert_eq!(next.unwrap().items.len(), 3);
}

/// A collection shows what stands in the partition; another owner's record in it still does not
/// open, and a partition that does not name its owner shows nothing.
#[tokio::test]
async fn a_collection_does_not_open_other_owners_records() {
    #[derive(Debug, Record)]
    #[dynacrypt(
        table = "shop",
        partition_key = "USER#{shelf}",
        sort_key = "NOTE#{number}",
        entity = "note"
    )]
    struct Note {
        shelf: String,
        number: u8,
        #[dynacrypt(owner)]
        author: String,
    }
    let world = World::new::<Order>().await;
    let note = |number, author: &str| Note {
        shelf: "alice".to_owned(),
        number,
        author: author.to_owned(),
    };
    fill(&world, [note(1, "alice"), note(2, "bob")]).await;
    let orders = world.repository::<Order>();
    let items = orders.collection(&alice(), "alice").stream().collect_all().await.unwrap();
    let mut opened = Vec::new();
    for item in items {
        opened.push(item.open::<Note>().await.map(|note| note.number));
    }
    assert_eq!(opened[0].as_ref().unwrap(), &1);
    assert!(opened[1].as_ref().unwrap_err().is_access_denied());
    let notes = world.repository::<Note>();
    let error = notes.collection(&alice(), "alice").stream().collect_all().await.unwrap_err();
    assert!(error.is_access_denied(), "{error}");
    assert_eq!(notes.query(&alice(), "alice").count().await.unwrap(), 1);
}
