//! Every type of field through a table: it comes back, and it is stored as the DynamoDB type that the
//! documentation says. What does not fit is in `type_errors`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use dynacrypt::codec::{
    AsBytes, AsEpochMillis, AsEpochSeconds, AsRfc3339, AsScalar, AsSet, Binary, Set,
};
use dynacrypt::context::Number;
use dynacrypt::testing::assert_no_plaintext;
use dynacrypt::testing::attack::Item;
use dynacrypt::{ExposeSecret, Principal, Record, Repository, Secret};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;
use zeroize::Zeroize;

use crate::world::{SSN, World, alice};

fn number(text: &str) -> Number {
    Number::parse(text).expect("a number")
}

/// A `DynamoDB` type by its name.
fn type_of(item: &Item, name: &str) -> &'static str {
    match item.get(name) {
        None => "absent",
        Some(AttributeValue::S(_)) => "S",
        Some(AttributeValue::N(_)) => "N",
        Some(AttributeValue::B(_)) => "B",
        Some(AttributeValue::Bool(_)) => "BOOL",
        Some(AttributeValue::Null(_)) => "NULL",
        Some(AttributeValue::L(_)) => "L",
        Some(AttributeValue::M(_)) => "M",
        Some(AttributeValue::Ss(_)) => "SS",
        Some(AttributeValue::Ns(_)) => "NS",
        Some(AttributeValue::Bs(_)) => "BS",
        Some(_) => "?",
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Plan {
    Free,
    Paid { cents: u128, codes: Set<BTreeSet<String>> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Address {
    lines: Vec<String>,
    zip: Option<u32>,
    at: Number,
}

/// Clear fields as serde has them.
#[derive(Debug, PartialEq, Record)]
#[dynacrypt(table = "plain")]
pub(crate) struct Plain {
    #[dynacrypt(partition_key, owner)]
    pub(crate) id: String,
    pub(crate) flag: bool,
    pub(crate) byte: i8,
    pub(crate) wide: u128,
    pub(crate) narrow: i128,
    pub(crate) ratio: f64,
    pub(crate) letter: char,
    pub(crate) decimal: Number,
    pub(crate) maybe: Option<u8>,
    #[dynacrypt(null)]
    pub(crate) nothing: Option<String>,
    #[dynacrypt(null)]
    pub(crate) something: Option<String>,
    pub(crate) list: Vec<Option<i32>>,
    pub(crate) map: BTreeMap<String, Vec<u64>>,
    pub(crate) by_number: BTreeMap<u16, bool>,
    pub(crate) tuple: (u8, String),
    pub(crate) plan: Plan,
    pub(crate) other_plan: Plan,
    pub(crate) address: Address,
    pub(crate) set: Set<HashSet<i64>>,
    pub(crate) bytes: Binary,
    pub(crate) uuid: Uuid,
    pub(crate) chrono: DateTime<Utc>,
    pub(crate) jiff: jiff::Timestamp,
}

pub(crate) fn plain() -> Plain {
    let codes = Set(["b".to_owned(), "a".to_owned()].into());
    Plain {
        id: "alice".to_owned(),
        flag: true,
        byte: -128,
        wide: 10_u128.pow(38) - 1,
        narrow: -(10_i128.pow(37)) - 7,
        ratio: 0.1,
        letter: 'ß',
        decimal: number("-0.12345678901234567890123456789012345678"),
        maybe: None,
        nothing: None,
        something: Some(String::new()),
        list: vec![Some(1), None],
        map: [("#:".to_owned(), vec![u64::MAX]), ("empty".to_owned(), vec![])].into(),
        by_number: [(7, true)].into(),
        tuple: (9, "nine".to_owned()),
        plan: Plan::Free,
        other_plan: Plan::Paid { cents: u128::from(u64::MAX) + 1, codes },
        address: Address { lines: vec!["a".to_owned()], zip: None, at: number("1e100") },
        set: Set([3, -1].into()),
        bytes: Binary(vec![0, 255]),
        uuid: Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8),
        chrono: DateTime::from_timestamp(1_700_000_000, 5).expect("a time"),
        jiff: jiff::Timestamp::new(-1, -1).expect("a time"),
    }
}

#[tokio::test]
async fn plain_clear_fields() {
    let world = World::new::<Plain>().await;
    let repository = world.repository::<Plain>();
    repository.put(&alice(), &plain()).await.unwrap();
    let raw = world.raw().await;
    for (name, wanted) in [
        ("flag", "BOOL"),
        ("byte", "N"),
        ("wide", "N"),
        ("narrow", "N"),
        ("ratio", "N"),
        ("letter", "S"),
        ("decimal", "N"),
        ("maybe", "absent"),
        ("nothing", "NULL"),
        ("something", "S"),
        ("list", "L"),
        ("map", "M"),
        ("by_number", "M"),
        ("tuple", "L"),
        ("plan", "S"),
        ("other_plan", "M"),
        ("address", "M"),
        ("set", "NS"),
        ("bytes", "B"),
        ("uuid", "S"),
        ("chrono", "S"),
        ("jiff", "S"),
    ] {
        assert_eq!(type_of(&raw, name), wanted, "{name}");
    }
    let codes = &raw["other_plan"].as_m().unwrap()["Paid"].as_m().unwrap()["codes"];
    assert!(codes.is_ss(), "a set inside a variant");
    assert_eq!(raw["uuid"].as_s().unwrap(), "67e55044-10b1-426f-9247-bb680e5fe0c8");
    assert_eq!(repository.get(&alice(), "alice").await.unwrap().unwrap(), plain());
}

/// Clear fields as codecs have them.
#[derive(Debug, PartialEq, Record)]
#[dynacrypt(table = "coded")]
struct Coded {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[dynacrypt(with = AsSet)]
    names: BTreeSet<String>,
    #[dynacrypt(with = AsSet)]
    sizes: HashSet<u32>,
    #[dynacrypt(with = AsSet)]
    prices: Vec<Number>,
    #[dynacrypt(with = AsSet)]
    blobs: BTreeSet<Binary>,
    #[dynacrypt(with = AsSet)]
    ids: Option<HashSet<Uuid>>,
    #[dynacrypt(with = AsSet)]
    empty: BTreeSet<String>,
    #[dynacrypt(with = AsSet, null)]
    none: Option<BTreeSet<String>>,
    #[dynacrypt(with = AsBytes)]
    bytes: Vec<u8>,
    #[dynacrypt(with = AsBytes)]
    digest: [u8; 4],
    #[dynacrypt(with = AsEpochSeconds)]
    seconds: SystemTime,
    #[dynacrypt(with = AsEpochMillis)]
    millis: Option<DateTime<Utc>>,
    #[dynacrypt(with = AsRfc3339)]
    text: OffsetDateTime,
    #[dynacrypt(with = AsRfc3339, null)]
    never: Option<jiff::Timestamp>,
    #[dynacrypt(with = AsScalar, default)]
    price: Decimal,
    #[dynacrypt(with = AsScalar)]
    at: SystemTime,
}

fn coded() -> Coded {
    Coded {
        id: "alice".to_owned(),
        names: ["b".to_owned(), "a".to_owned()].into(),
        sizes: [1, u32::MAX].into(),
        prices: vec![number("0.5")],
        blobs: [Binary(vec![1]), Binary(vec![1, 2])].into(),
        ids: Some([Uuid::from_u128(1)].into()),
        empty: BTreeSet::new(),
        none: None,
        bytes: (0..=255).collect(),
        digest: [1, 2, 3, 4],
        seconds: UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        millis: DateTime::from_timestamp_millis(-1),
        text: OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_456_789).expect("a time"),
        never: None,
        price: Decimal::new(1_999, 2),
        at: UNIX_EPOCH,
    }
}

#[tokio::test]
async fn coded_clear_fields() {
    let world = World::new::<Coded>().await;
    let repository = world.repository::<Coded>();
    repository.put(&alice(), &coded()).await.unwrap();
    let mut raw = world.raw().await;
    for (name, wanted) in [
        ("names", "SS"),
        ("sizes", "NS"),
        ("prices", "NS"),
        ("blobs", "BS"),
        ("ids", "SS"),
        ("empty", "absent"),
        ("none", "NULL"),
        ("bytes", "B"),
        ("digest", "B"),
        ("seconds", "N"),
        ("millis", "N"),
        ("text", "S"),
        ("never", "NULL"),
        ("price", "N"),
        ("at", "S"),
    ] {
        assert_eq!(type_of(&raw, name), wanted, "{name}");
    }
    assert_eq!(raw["seconds"].as_n().unwrap(), "1700000000");
    assert_eq!(raw["text"].as_s().unwrap(), "2023-11-14T22:13:20.123456789Z");
    assert_eq!(raw["price"].as_n().unwrap(), "19.99");
    assert_eq!(repository.get(&alice(), "alice").await.unwrap().unwrap(), coded());

    // What `null` stores may be absent as well, and a default stands for an absent attribute.
    for name in ["none", "never", "price"] {
        raw.remove(name);
    }
    world.put_raw(raw).await;
    let read = repository.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!(read, Coded { price: Decimal::ZERO, ..coded() });
}

/// Ids, decimals and times as key, owner and authenticated fields.
#[derive(Debug, PartialEq, Record)]
#[dynacrypt(table = "bound")]
pub(crate) struct Bound {
    #[dynacrypt(partition_key, owner)]
    pub(crate) id: Uuid,
    #[dynacrypt(sort_key)]
    pub(crate) at: jiff::Timestamp,
    #[dynacrypt(authenticated)]
    pub(crate) parent: Option<Uuid>,
    #[dynacrypt(authenticated)]
    pub(crate) amount: Number,
    #[dynacrypt(authenticated)]
    pub(crate) price: Decimal,
    #[dynacrypt(authenticated)]
    pub(crate) system: SystemTime,
    #[dynacrypt(authenticated)]
    pub(crate) chrono: DateTime<Utc>,
    #[dynacrypt(authenticated)]
    pub(crate) time: OffsetDateTime,
}

pub(crate) fn bound() -> Bound {
    Bound {
        id: Uuid::from_u128(0xABCD),
        at: jiff::Timestamp::new(1_700_000_000, 1).expect("a time"),
        parent: None,
        amount: number("12345678901234567890.123456789"),
        price: Decimal::new(-5, 3),
        system: UNIX_EPOCH - Duration::from_nanos(1),
        chrono: DateTime::UNIX_EPOCH,
        time: OffsetDateTime::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn bound_fields() {
    let world = World::new::<Bound>().await;
    let repository = world.repository::<Bound>();
    let owner = Principal::owner("00000000-0000-0000-0000-00000000abcd");
    repository.put(&owner, &bound()).await.unwrap();
    let raw = world.raw().await;
    for (name, wanted) in [
        ("id", "S"),
        ("at", "S"),
        ("parent", "absent"),
        ("amount", "N"),
        ("price", "N"),
        ("system", "S"),
        ("chrono", "S"),
        ("time", "S"),
    ] {
        assert_eq!(type_of(&raw, name), wanted, "{name}");
    }
    assert_eq!(raw["at"].as_s().unwrap(), "2023-11-14T22:13:20.000000001Z");
    assert_eq!(raw["system"].as_s().unwrap(), "1969-12-31T23:59:59.999999999Z");
    let key = (bound().id, bound().at);
    assert_eq!(repository.get(&owner, key).await.unwrap().unwrap(), bound());
    // The owner is compared in its one form.
    let shouted = Principal::owner("00000000-0000-0000-0000-00000000ABCD");
    assert!(repository.get(&shouted, key).await.unwrap_err().is_access_denied());

    for (name, value) in [
        ("amount", AttributeValue::N("12345678901234567890.123456788".to_owned())),
        ("system", AttributeValue::S("1969-12-31T23:59:59.999999998Z".to_owned())),
        ("time", AttributeValue::S("1970-01-01T00:00:00Z".to_owned())),
        ("parent", AttributeValue::S(Uuid::nil().to_string())),
    ] {
        let mut changed = raw.clone();
        changed.insert(name.to_owned(), value);
        world.put_raw(changed).await;
        assert!(repository.get(&owner, key).await.unwrap_err().is_decrypt(), "{name}");
    }
}

#[derive(Debug, Record)]
#[dynacrypt(table = "accounts")]
struct Account {
    #[dynacrypt(partition_key, owner)]
    number: Number,
    #[dynacrypt(sort_key)]
    opened: DateTime<Utc>,
}

#[tokio::test]
async fn decimals_own_and_times_sort() {
    let world = World::new::<Account>().await;
    let repository = world.repository::<Account>();
    let owner = Principal::owner("12345678901234567890123456789012345678");
    let owned = || number("12345678901234567890123456789012345678");
    let opened = DateTime::from_timestamp(0, 1).expect("a time");
    repository.put(&owner, &Account { number: owned(), opened }).await.unwrap();
    let read = repository.get(&owner, (owned(), opened)).await.unwrap().unwrap();
    assert_eq!((read.number, read.opened), (owned(), opened));
    let other = Principal::owner("12345678901234567890123456789012345679");
    assert!(repository.get(&other, (owned(), opened)).await.unwrap_err().is_access_denied());

    // Text has no form for it: it is refused where it would be stored, and stands for no item.
    let opened = DateTime::<Utc>::MAX_UTC;
    let error = repository.put(&owner, &Account { number: owned(), opened }).await.unwrap_err();
    assert!(error.is_invalid_record() && error.attribute() == Some("opened"), "{error}");
    assert!(repository.get(&owner, (owned(), opened)).await.unwrap().is_none());
}

/// A time and an id inside a key template.
#[derive(Debug, Record)]
#[dynacrypt(table = "visits", partition_key = "USER#{user_id}", sort_key = "VISIT#{at}#{price}")]
struct Visit {
    #[dynacrypt(owner)]
    user_id: Uuid,
    at: jiff::Timestamp,
    price: Decimal,
}

#[tokio::test]
async fn times_and_ids_in_key_templates() {
    let world = World::new::<Visit>().await;
    let repository = world.repository::<Visit>();
    let user_id = Uuid::from_u128(7);
    let owner = Principal::owner(user_id.to_string());
    let (at, price) = (jiff::Timestamp::UNIX_EPOCH, Decimal::new(-15, 1));
    repository.put(&owner, &Visit { user_id, at, price }).await.unwrap();
    let raw = world.raw().await;
    assert!(raw.values().any(|value| {
        value.as_s().is_ok_and(|text| text == "VISIT#1970-01-01T00:00:00.000000000Z#-1.5")
    }));
    let read = repository.get(&owner, (user_id, (at, price))).await.unwrap().unwrap();
    assert_eq!((read.user_id, read.at, read.price), (user_id, at, price));

    let at = jiff::Timestamp::MIN;
    let error = repository.put(&owner, &Visit { user_id, at, price }).await.unwrap_err();
    assert!(error.is_invalid_record(), "{error}");
}

/// What a secret may hold, several levels down.
#[derive(Debug, PartialEq, Serialize, Deserialize, Zeroize)]
struct Chart {
    patient: String,
    #[zeroize(skip)]
    findings: BTreeMap<String, Vec<Finding>>,
    #[zeroize(skip)]
    latest: Option<Box<Finding>>,
    #[zeroize(skip)]
    nothing: Option<Box<Finding>>,
    image: Binary,
    cost: Number,
    #[zeroize(skip)]
    id: Uuid,
    #[zeroize(skip)]
    seen: SystemTime,
    #[zeroize(skip)]
    booked: DateTime<Utc>,
    #[zeroize(skip)]
    due: jiff::Timestamp,
    tags: Set<Vec<String>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Finding {
    None,
    Text(String),
    Range(i64, u64),
    Measured { value: f64, unit: Option<char> },
}

#[derive(Debug, Record)]
#[dynacrypt(table = "charts")]
struct ChartRecord {
    #[dynacrypt(partition_key, owner)]
    id: String,
    #[encrypted]
    chart: Secret<Chart>,
}

#[tokio::test]
async fn a_structure_in_a_secret() {
    let chart = || Chart {
        patient: SSN.to_owned(),
        findings: [
            ("b".to_owned(), vec![Finding::None, Finding::Text(SSN.to_owned())]),
            ("aa".to_owned(), vec![Finding::Range(i64::MIN, u64::MAX)]),
        ]
        .into(),
        latest: Some(Box::new(Finding::Measured { value: -0.1, unit: Some('µ') })),
        nothing: None,
        image: Binary((0..=255).collect()),
        cost: number("0.00000000000000000000000000000000000001"),
        id: Uuid::from_u128(u128::MAX - 1),
        seen: UNIX_EPOCH + Duration::new(1_700_000_000, 999_999_999),
        booked: DateTime::from_timestamp(-1, 1).expect("a time"),
        due: jiff::Timestamp::MAX,
        tags: Set(vec!["x".to_owned()]),
    };
    let world = World::new::<ChartRecord>().await;
    let repository = world.repository::<ChartRecord>();
    let record = ChartRecord { id: "alice".to_owned(), chart: Secret::new(chart()) };
    repository.put(&alice(), &record).await.unwrap();
    assert_eq!(type_of(&world.raw().await, "chart"), "B");
    assert_no_plaintext!(world.backend.dynamodb(), &world.table, [SSN]);
    let read = repository.get(&alice(), "alice").await.unwrap().unwrap();
    assert_eq!(*read.chart.expose_secret(), chart());
}
