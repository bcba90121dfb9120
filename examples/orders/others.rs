//! What another customer gets for each operation on ada's items, and what the table shows to whoever
//! can read it. It never expects more than a refusal.

use dynacrypt::expr::Update;
use dynacrypt::repository::{BatchWrite, ReadTransaction};
use dynacrypt::testing::{find_plaintext, raw_items};
use dynacrypt::{Error, Principal, Record, Repository, Transaction};

use crate::shop::{CANARIES, Order, Shop, order};
use crate::show::{Outcome, ensure, line, refusal, step};

pub(crate) async fn attempts(shop: &Shop) -> Outcome {
    step(11, "Bob tries the same on ada's orders.");
    let (ada, bob) = (Principal::owner("ada"), Principal::owner("bob"));
    let key = ("ada", ("2026-10-05", 7));
    let (orders, mine, column) = (&shop.orders, order("2026-10-05", 7, 0), Order::columns());
    let denied = Error::is_access_denied;
    let free = || Update::new().set(column.total, 0_u64);

    refusal("get", orders.get(&bob, key).await, denied)?;
    refusal("exists", orders.exists(&bob, key).await, denied)?;
    refusal("put", orders.put(&bob, &mine).await, denied)?;
    refusal("create", orders.create(&bob, &mine).await, denied)?;
    refusal("replace", orders.replace(&bob, &mine).await, denied)?;
    refusal("update", orders.update(&bob, key, free()).await, denied)?;
    let conditional = orders.update_request(&bob, key, free()).condition(column.total.ge(0));
    refusal("update under a condition", conditional.return_existing().send().await, denied)?;
    refusal("delete", orders.delete(&bob, key).await, denied)?;
    refusal("query", orders.query(&bob, "ada").stream().collect_all().await, denied)?;
    refusal("count", orders.query(&bob, "ada").count().await, denied)?;
    let page = orders.query(&ada, "ada").limit(1).page(None).await?.next;
    let with_token = orders.query(&bob, "bob").limit(1).page(page.as_ref()).await;
    refusal("page, with ada's token", with_token, Error::is_invalid_token)?;
    refusal("collection", orders.collection(&bob, "ada").stream().collect_all().await, denied)?;
    refusal("scan", orders.scan(&bob).stream().collect_all().await, denied)?;
    refusal("batch get", orders.batch_get(&bob, [key]).await, denied)?;
    let batch = BatchWrite::new().put(&mine);
    refusal("batch write", orders.batch_write(&bob, batch).await, denied)?;
    let transaction = Transaction::new(&bob).delete(orders, key).commit().await;
    refusal("transaction", transaction, denied)?;
    let mut read = ReadTransaction::new(&bob);
    let _slot = read.get(orders, key);
    refusal("transaction of reads", read.fetch().await, denied)?;

    let open = Order::indexes().by_status.partition("open");
    let placed = Order { status: Some("open".to_owned()), ..order("2026-11-22", 8, 500) };
    orders.create(&ada, &placed).await?;
    let found = orders.query_index(&bob, open).stream().collect_all().await?;
    ensure(found.is_empty(), "bob has no open order")?;
    line("query of the index", "nothing: there is nothing of his");
    Ok(())
}

pub(crate) async fn canaries(shop: &Shop) -> Outcome {
    step(12, "The table, as whoever can read it sees it.");
    let items = raw_items(&shop.client, &shop.table).await?;
    line("items", items.len());
    let found = find_plaintext(&shop.client, &shop.table, CANARIES).await?;
    for finding in &found {
        line("plaintext", finding);
    }
    line("of the six secrets, in any form", format!("{} found", found.len()));
    ensure(found.is_empty(), "a secret is stored in the clear")?;

    let export = Principal::service("export", "shows that all of it still opens");
    let mut orders = 0;
    let mut scan = shop.orders.scan(&export).segments(4).stream();
    while let Some(order) = scan.next().await {
        order?;
        orders += 1;
    }
    line("orders that open, in a scan of 4 segments", orders);
    Ok(())
}
