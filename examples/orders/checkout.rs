//! Placing orders: a transaction over four records, and a batch of old ones. It never takes stock
//! that is not there.

use dynacrypt::expr::Update;
use dynacrypt::repository::{BatchWrite, ReadTransaction};
use dynacrypt::{Error, ExposeSecret, Principal, Record, Repository, Secret, Transaction};

use crate::shop::{
    APPROVAL, CARD, Card, Customer, NOTE, Order, Payment, SUPPLIER, Shop, Stock, order,
};
use crate::show::{Outcome, ensure, line, refusal, step};

pub(crate) async fn place(shop: &Shop) -> Outcome {
    step(
        4,
        "Place orders: customer checked, order and payment put, stock taken, or nothing of it.",
    );
    // Stock is nobody's, so a service places the order. Each use of it is an audit event.
    let checkout = Principal::service("checkout", "places orders for customers");
    let stock = Stock { article: "engine".to_owned(), left: 2, supplier: Secret::from(SUPPLIER) };
    shop.stock.create(&checkout, &stock).await?;

    for number in [1, 2] {
        place_one(shop, &checkout, number).await?;
        line(&format!("order {number}"), "placed");
    }
    let third = place_one(shop, &checkout, 3).await;
    let refused = refusal("order 3", third, Error::is_transaction_canceled)?;
    let actions = ["customer", "order", "payment", "stock"];
    for (action, reason) in actions.into_iter().zip(refused.cancellation_reasons()) {
        let reason = reason.as_ref().map_or("fine".to_owned(), ToString::to_string);
        line(&format!("  {action}"), reason);
    }

    let mut read = ReadTransaction::new(&checkout);
    let order = read.get(&shop.orders, ("ada", ("2026-11-21", 3)));
    let payment = read.get(&shop.payments, ("ada", 2));
    let mut snapshot = read.fetch().await?;
    ensure(snapshot.take(order)?.is_none(), "nothing of order 3 was done")?;
    let payment = snapshot.take(payment)?.ok_or("payment 2 is there")?;
    ensure(payment.card.expose_secret().number == CARD, "the card comes back")?;
    let shown = format!("{} by {:?}", payment.amount, payment.card);
    line("payment 2, at one moment with order 3", shown);
    Ok(())
}

async fn place_one(shop: &Shop, checkout: &Principal, number: u32) -> Result<(), Error> {
    let (customer, stock) = (Customer::columns(), Stock::columns());
    let order = Order {
        status: Some("open".to_owned()),
        placed_at: 20_261_121,
        gift_note: Some(Secret::from(NOTE)),
        ..order("2026-11-21", number, 95_000)
    };
    let payment = Payment {
        user_id: "ada".to_owned(),
        number,
        amount: order.total,
        card: Secret::from(Card { number: CARD.to_owned(), expires: (11, 2029) }),
        approval: Some(Secret::from(APPROVAL)),
    };
    Transaction::new(checkout)
        .check(&shop.customers, "ada", customer.blocked.eq(false))
        .create(&shop.orders, &order)
        .create(&shop.payments, &payment)
        .update_when(&shop.stock, "engine", Update::new().add(stock.left, -1), stock.left.ge(1))
        .commit()
        .await
}

pub(crate) async fn import(shop: &Shop) -> Outcome {
    step(5, "Import 30 old orders in a batch, and read three of them in another.");
    let ada = Principal::owner("ada");
    let old: Vec<Order> =
        (1..=30_u32).map(|number| order("2026-10-05", number, u64::from(number) * 100)).collect();
    let batch = old.iter().fold(BatchWrite::new(), BatchWrite::put);
    shop.orders.batch_write(&ada, batch).await?.into_result()?;
    line("written, 25 and 5 in a request", old.len());

    let keys = [7, 11, 31].map(|number| ("ada", ("2026-10-05", number)));
    let mut found = Vec::new();
    for order in shop.orders.batch_get(&ada, keys).await? {
        found.push(order?.map(|order| order.total));
    }
    ensure(found == [Some(700), Some(1_100), None], "in the order of the keys")?;
    line("read, in the order of the keys", format!("{found:?}"));
    Ok(())
}
