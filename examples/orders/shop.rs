//! The shop's records and repositories. Four record types share one table; a customer's own have one
//! partition. It never asks who the caller is: that is for who calls it.

use std::collections::BTreeSet;
use std::time::SystemTime;

use aws_sdk_dynamodb::Client;
use dynacrypt::codec::AsSet;
use dynacrypt::table::{StreamView, TableSpec};
use dynacrypt::{DynamoRepository, Projection, Record, Sealer, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::show::{Outcome, line, step};

#[derive(Debug, Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "PROFILE")]
#[dynacrypt(entity = "customer")]
pub(crate) struct Customer {
    #[dynacrypt(owner)]
    pub(crate) user_id: String,
    pub(crate) name: String,
    #[dynacrypt(authenticated)]
    pub(crate) tier: String,
    pub(crate) blocked: bool,
    pub(crate) points: u32,
    #[dynacrypt(with = AsSet)]
    pub(crate) tags: BTreeSet<String>,
    #[encrypted]
    pub(crate) email: Secret<String>,
    #[encrypted]
    pub(crate) address: Option<Secret<String>>,
    #[dynacrypt(version)]
    pub(crate) version: u64,
    #[dynacrypt(created)]
    pub(crate) created: Option<SystemTime>,
    #[dynacrypt(updated)]
    pub(crate) updated: Option<SystemTime>,
}

/// Orders that are open are in the index; those that are done are not.
#[derive(Debug, Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "ORDER#{day}#{number:06}")]
#[dynacrypt(entity = "order", index(by_status, partition_key = status, sort_key = placed_at))]
pub(crate) struct Order {
    #[dynacrypt(owner)]
    pub(crate) user_id: String,
    pub(crate) day: String,
    pub(crate) number: u32,
    pub(crate) status: Option<String>,
    pub(crate) placed_at: u64,
    pub(crate) article: String,
    pub(crate) total: u64,
    #[encrypted]
    #[dynacrypt(pad = 64)]
    pub(crate) gift_note: Option<Secret<String>>,
    #[dynacrypt(ttl)]
    pub(crate) expires: Option<SystemTime>,
    #[dynacrypt(updated)]
    pub(crate) updated: Option<SystemTime>,
}

/// What a list of orders shows: nothing else is read, and nothing decrypted.
#[derive(Debug, Projection)]
#[dynacrypt(record = Order)]
pub(crate) struct OrderLine {
    pub(crate) number: u32,
    pub(crate) total: u64,
}

#[derive(Clone, Serialize, Deserialize, Zeroize)]
pub(crate) struct Card {
    pub(crate) number: String,
    pub(crate) expires: (u8, u16),
}

/// `whole`: not even the removal of a sealed attribute goes unnoticed.
#[derive(Debug, Record)]
#[dynacrypt(table = "shop", partition_key = "USER#{user_id}", sort_key = "PAYMENT#{number:06}")]
#[dynacrypt(entity = "payment", whole)]
pub(crate) struct Payment {
    #[dynacrypt(owner)]
    pub(crate) user_id: String,
    pub(crate) number: u32,
    #[dynacrypt(authenticated)]
    pub(crate) amount: u64,
    #[encrypted]
    pub(crate) card: Secret<Card>,
    #[encrypted]
    pub(crate) approval: Option<Secret<String>>,
}

/// Nobody's: for services.
#[derive(Debug, Record)]
#[dynacrypt(table = "shop", partition_key = "ARTICLE#{article}", sort_key = "STOCK")]
#[dynacrypt(entity = "stock")]
pub(crate) struct Stock {
    pub(crate) article: String,
    pub(crate) left: u32,
    #[encrypted]
    pub(crate) supplier: Secret<String>,
}

/// What no one may find in the table.
pub(crate) const EMAIL: &str = "ada.lovelace@analytical.example";
pub(crate) const ADDRESS: &str = "12 St James's Square, London";
pub(crate) const CARD: &str = "4000056655665556";
pub(crate) const APPROVAL: &str = "approval-7f3a90";
pub(crate) const NOTE: &str = "Happy birthday, Charles!";
pub(crate) const SUPPLIER: &str = "Difference & Sons, Bermondsey";
pub(crate) const CANARIES: [&str; 6] = [EMAIL, ADDRESS, CARD, APPROVAL, NOTE, SUPPLIER];

/// The repositories, over one table and one sealer.
pub(crate) struct Shop {
    pub(crate) client: Client,
    pub(crate) table: String,
    pub(crate) sealer: Sealer,
    pub(crate) customers: DynamoRepository<Customer>,
    pub(crate) orders: DynamoRepository<Order>,
    pub(crate) payments: DynamoRepository<Payment>,
    pub(crate) stock: DynamoRepository<Stock>,
}

impl Shop {
    /// Creates the table that the records need, and verifies it.
    pub(crate) async fn open(client: Client, sealer: Sealer, table: &str) -> Outcome<Self> {
        step(1, "A table from the records: keys, index, expiry, stream.");
        let spec = TableSpec::of::<Customer>()?
            .and::<Order>()?
            .and::<Payment>()?
            .and::<Stock>()?
            .named(table)
            .with_stream(StreamView::NewAndOldImages);
        spec.create(&client).await?;
        let differences = spec.verify(&client).await?;
        line("differences from the live table", differences.iter().count());
        let stricter = spec.with_deletion_protection().verify(&client).await?;
        line("differences from a stricter specification", stricter.iter().count());
        Ok(Self {
            customers: repository(&client, &sealer, table),
            orders: repository(&client, &sealer, table),
            payments: repository(&client, &sealer, table),
            stock: repository(&client, &sealer, table),
            client,
            table: table.to_owned(),
            sealer,
        })
    }
}

fn repository<R: Record>(client: &Client, sealer: &Sealer, table: &str) -> DynamoRepository<R> {
    DynamoRepository::new(client.clone(), sealer.clone()).with_table_name(table)
}

pub(crate) fn order(day: &str, number: u32, total: u64) -> Order {
    Order {
        user_id: "ada".to_owned(),
        day: day.to_owned(),
        number,
        status: None,
        placed_at: 0,
        article: "engine".to_owned(),
        total,
        gift_note: None,
        expires: None,
        updated: None,
    }
}
