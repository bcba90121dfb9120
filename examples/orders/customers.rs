//! A customer: versions, partial updates, conditions. It never reads a secret.

use std::collections::BTreeSet;

use dynacrypt::expr::Update;
use dynacrypt::{Error, Principal, Record, Repository, Secret};

use crate::shop::{ADDRESS, Customer, EMAIL, Shop};
use crate::show::{Outcome, ensure, line, refusal, step};

pub(crate) async fn save_and_lose(shop: &Shop) -> Outcome {
    step(2, "Save a customer. Of two who change one version, the second is told.");
    let ada = Principal::owner("ada"); // in a service: from the authenticated request
    let mut first = Customer {
        user_id: "ada".to_owned(),
        name: "Ada".to_owned(),
        tier: "standard".to_owned(),
        blocked: false,
        points: 0,
        tags: BTreeSet::new(),
        email: Secret::from(EMAIL),
        address: None,
        version: 0,
        created: None,
        updated: None,
    };
    shop.customers.save(&ada, &mut first).await?;
    ensure(first.created.is_some() && first.updated == first.created, "times are set")?;
    line("saved", format!("version {}, email: {:?}", first.version, first.email));

    let mut second = shop.customers.get(&ada, "ada").await?.ok_or("the customer is gone")?;
    "gold".clone_into(&mut first.tier);
    shop.customers.save(&ada, &mut first).await?;
    line("saved again", format!("version {}", first.version));
    "Augusta".clone_into(&mut second.name);
    let lost = shop.customers.save(&ada, &mut second).await;
    refusal("saved over version 1 by another", lost, Error::is_version_conflict)?;
    Ok(())
}

pub(crate) async fn update_parts(shop: &Shop) -> Outcome {
    step(3, "Update parts, a secret among them, without reading the item.");
    let ada = Principal::owner("ada");
    let column = Customer::columns();
    let update = Update::new()
        .set(column.address, Secret::from(ADDRESS))
        .add_to_set(column.tags, ["newsletter"])
        .add(column.points, 10);
    let now = shop.customers.update_request(&ada, "ada", update).returning_new().send().await?;
    ensure(now.address.is_some() && now.version == 3, "the update shows")?;
    let shown = format!("{:?}, points: {}, address: {:?}", now.tags, now.points, now.address);
    line("updated", shown);

    let spend = shop
        .customers
        .update_request(&ada, "ada", Update::new().add(column.points, -50))
        .condition(column.points.ge(50).and(column.email.exists()))
        .return_existing()
        .send()
        .await;
    let refused = refusal("spend 50 points", spend, Error::is_condition_failed)?;
    let existing = refused.existing::<Customer>().ok_or("it is ada's own")?;
    line("the item that stood against it", format!("points: {}", existing.points));

    let nobody = Update::new().set(column.name, "Charles");
    let nobody = shop.customers.update(&Principal::owner("cb"), "cb", nobody).await;
    refusal("update of a customer who is not there", nobody, Error::is_not_found)?;
    Ok(())
}
