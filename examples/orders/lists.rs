//! Lists: pages, filters, projections, an index, a collection, expired items. It never reads what is
//! another's.

use std::time::{Duration, SystemTime};

use dynacrypt::expr::Update;
use dynacrypt::repository::PageToken;
use dynacrypt::{Error, Principal, Record, Repository};

use crate::shop::{Customer, Order, OrderLine, Payment, Shop, order};
use crate::show::{Outcome, ensure, line, refusal, step};

pub(crate) async fn pages(shop: &Shop) -> Outcome {
    step(6, "Query orders: by day, by page, by filter, in part.");
    let ada = Principal::owner("ada");
    let november = shop.orders.query(&ada, "ada").sort_begins_with("2026-11-");
    line("of November", november.count().await?);

    let october = || shop.orders.query(&ada, "ada").sort_under("2026-10-05");
    let (mut sizes, mut token) = (Vec::new(), None::<PageToken>);
    loop {
        let page = october().limit(12).page(token.as_ref()).await?;
        sizes.push(page.items.into_iter().collect::<Result<Vec<_>, _>>()?.len());
        // A client may hold the text of the token meanwhile: it is sealed.
        match page.next {
            Some(next) => token = Some(next),
            None => break,
        }
    }
    ensure(sizes == [12, 12, 6], "every order once")?;
    line("of 2026-10-05, in pages of 12", format!("{sizes:?}"));
    let elsewhere = shop.orders.query(&ada, "ada").backward().page(token.as_ref()).await;
    refusal("the last token with another query", elsewhere, Error::is_invalid_token)?;

    let column = Order::columns();
    let dear = october().filter(column.total.gt(2_800).and(column.gift_note.not_exists()));
    let dear = dear.backward().project::<OrderLine>().stream().collect_all().await?;
    let dear: Vec<_> = dear.iter().map(|line| (line.number, line.total)).collect();
    ensure(dear == [(30, 3_000), (29, 2_900)], "the two dearest")?;
    line("over 2800, number and total alone", format!("{dear:?}"));
    Ok(())
}

pub(crate) async fn index(shop: &Shop) -> Outcome {
    step(7, "Open orders, by the sparse index. Who ships takes the status away.");
    let (ada, shipping) = (Principal::owner("ada"), Principal::service("shipping", "ships orders"));
    let by_status = Order::indexes().by_status;
    let open = shop.orders.query_index(&ada, by_status.partition("open")).sort_ge(20_261_101_u64);
    let open = open.stream().collect_all().await?;
    ensure(open.iter().all(|order| order.gift_note.is_some()), "an index gives whole records")?;
    line("ada's, of November on", open.len());

    let column = Order::columns();
    let key = ("ada", ("2026-11-21", 1));
    let shipped = Update::new().remove(column.status);
    shop.orders
        .update_request(&shipping, key, shipped)
        .condition(column.status.eq("open"))
        .send()
        .await?;
    let left = shop.orders.query_index(&shipping, by_status.partition("open"));
    line("everybody's, after one was shipped", left.count().await?);

    let cancel = shop.orders.delete_request(&ada, key).condition(column.status.eq("open"));
    refusal("cancel the shipped one", cancel.send().await, Error::is_condition_failed)?;
    let key = ("ada", ("2026-11-21", 2));
    let cancel = shop.orders.delete_request(&ada, key).condition(column.status.eq("open"));
    let old = cancel.return_old().send().await?.ok_or("it was there")?;
    line("cancel the open one", format!("number {}, note: {:?}", old.number, old.gift_note));
    Ok(())
}

pub(crate) async fn collection(shop: &Shop) -> Outcome {
    step(8, "Everything of one customer, each item opened as what it is.");
    let ada = Principal::owner("ada");
    let (mut customers, mut orders, mut payments) = (0, 0, 0);
    let mut all = shop.customers.collection(&ada, "ada").stream();
    while let Some(item) = all.next().await {
        let item = item?;
        if item.is::<Customer>() {
            customers += usize::from(item.open::<Customer>().await?.address.is_some());
        } else if item.is::<Order>() {
            item.open::<Order>().await?;
            orders += 1;
        } else if item.is::<Payment>() {
            item.open::<Payment>().await?;
            payments += 1;
        }
    }
    let found = format!("{customers} customer, {orders} orders, {payments} payments");
    ensure((customers, orders, payments) == (1, 31, 2), "all of them")?;
    line("opened", found);
    Ok(())
}

pub(crate) async fn expired(shop: &Shop) -> Outcome {
    step(9, "Expired, and not deleted yet: hidden on request.");
    let ada = Principal::owner("ada");
    let expires = Some(SystemTime::now() - Duration::from_hours(1));
    shop.orders.put(&ada, &Order { expires, ..order("2026-01-01", 99, 0) }).await?;
    let key = ("ada", ("2026-01-01", 99));
    let there = shop.orders.get(&ada, key).await?.is_some();
    let shown = shop.orders.clone().hide_expired().get(&ada, key).await?.is_some();
    ensure(there && !shown, "hidden")?;
    line("read, and read with `hide_expired`", format!("{there}, {shown}"));
    Ok(())
}
