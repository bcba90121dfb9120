//! Several record types in one table: told apart by the templates of their keys, and by their
//! entity. It never relies on the order in which types are tried.

use super::*;
use crate::error::ErrorKind;

#[derive(Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user_id}",
    sort_key = "ORDER#{number:08}",
    entity = "order",
    crate = crate
)]
struct Order {
    #[dynacrypt(owner)]
    user_id: String,
    number: u32,
    #[encrypted]
    card: Secret<String>,
}

#[derive(Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user_id}",
    sort_key = "PROFILE",
    entity = "customer",
    crate = crate
)]
struct Customer {
    #[dynacrypt(owner)]
    user_id: String,
    #[encrypted]
    name: Secret<String>,
}

/// Has the keys of an order.
#[derive(Record)]
#[dynacrypt(
    table = "shop",
    partition_key = "USER#{user_id}",
    sort_key = "ORDER#{number:08}",
    entity = "refund",
    crate = crate
)]
struct Refund {
    #[dynacrypt(owner)]
    user_id: String,
    number: u32,
    #[encrypted]
    card: Secret<String>,
}

/// An insertion, of a stream with or without images.
fn insertion(number: u32, item: &Attributes, images: bool) -> Value {
    let mut record = record(number, "INSERT", None, Some(item));
    let change = record["dynamodb"].as_object_mut().unwrap();
    change
        .insert("Keys".to_owned(), json!({ "pk": json_of(item)["pk"], "sk": json_of(item)["sk"] }));
    if !images {
        change.remove("NewImage");
        change.insert("StreamViewType".to_owned(), json!("KEYS_ONLY"));
    }
    record
}

/// Which of the three types each record opens as; everything else must be another record type.
async fn opens_as(sealer: &Sealer, records: Vec<Value>) -> Vec<[bool; 3]> {
    let reader = ChangeReader::new(sealer.clone(), TABLE);
    let batch = reader.batch(&service(), event(records).records).unwrap();
    let is_open = |failure: Option<ChangeFailure>| {
        assert!(failure.as_ref().is_none_or(ChangeFailure::is_other_record), "{failure:?}");
        failure.is_none()
    };
    let mut opens = Vec::new();
    for sealed in batch.iter() {
        opens.push([
            is_open(sealed.open::<Order>().await.err()),
            is_open(sealed.open::<Customer>().await.err()),
            is_open(sealed.open::<Refund>().await.err()),
        ]);
    }
    opens
}

async fn shop(sealer: &Sealer) -> [Attributes; 3] {
    let order = Order { user_id: "a#b".to_owned(), number: 7, card: Secret::from("CANARY-card") };
    let customer = Customer { user_id: "a#b".to_owned(), name: Secret::from("CANARY-name") };
    let refund = Refund { user_id: "a#b".to_owned(), number: 8, card: Secret::from("CANARY-card") };
    [
        sealer.seal(&order).await.unwrap().into_item(),
        sealer.seal(&customer).await.unwrap().into_item(),
        sealer.seal(&refund).await.unwrap().into_item(),
    ]
}

#[tokio::test]
async fn each_type_opens_its_own_changes() {
    let sealer = sealer();
    let items = shop(&sealer).await;
    let records = items.iter().zip(1..).map(|(item, number)| insertion(number, item, true));
    let [order, customer, refund] =
        [[true, false, false], [false, true, false], [false, false, true]];
    assert_eq!(opens_as(&sealer, records.collect()).await, [order, customer, refund]);

    let reader = ChangeReader::new(sealer, TABLE);
    let batch = reader.batch(&service(), event([insertion(1, &items[0], true)]).records).unwrap();
    let change = batch.open_all::<Order>().await.remove(0).unwrap();
    let image = change.new_image().unwrap();
    assert_eq!((image.user_id.as_str(), image.number), ("a#b", 7));
    assert_eq!(image.card.expose_secret(), "CANARY-card");
}

#[tokio::test]
async fn without_images_the_key_alone_tells() {
    let sealer = sealer();
    let items = shop(&sealer).await;
    let records = items.iter().zip(1..).map(|(item, number)| insertion(number, item, false));
    // An order and a refund have the same kind of key.
    let [shared, customer] = [[true, false, true], [false, true, false]];
    assert_eq!(opens_as(&sealer, records.collect()).await, [shared, customer, shared]);
}

#[tokio::test]
async fn an_image_that_lies_about_its_type_does_not_open() {
    let sealer = sealer();
    let [mut order, ..] = shop(&sealer).await;
    order.insert("entity".to_owned(), AttributeValue::S("refund".to_owned()));
    let reader = ChangeReader::new(sealer, TABLE);
    let batch = reader.batch(&service(), event([insertion(1, &order, true)]).records).unwrap();
    let as_order = batch.open_all::<Order>().await.remove(0).map(drop).unwrap_err();
    assert!(as_order.is_other_record());
    let as_refund = batch.open_all::<Refund>().await.remove(0).map(drop).unwrap_err();
    assert_eq!(as_refund.error().kind(), ErrorKind::Decrypt);
}
