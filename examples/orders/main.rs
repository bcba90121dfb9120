//! A shop in one table: customers, orders, payments, stock. Shows the mapper at work on encrypted
//! records, and ends by showing what the table holds and what another customer gets. It never prints
//! a secret.
//!
//! ```text
//! cargo run --example orders       # embedded database, wrapping key of this process; offline
//! ```
//!
//! `DYNACRYPT_TEST_DYNAMODB_ENDPOINT` and `DYNACRYPT_TEST_KMS_ENDPOINT` name other servers, as for
//! the tests: see CONTRIBUTING.md.

#![allow(clippy::print_stdout, reason = "it is there to be watched")]

mod changes;
mod checkout;
mod customers;
mod lists;
mod others;
mod shop;
mod show;

use dynacrypt::testing::{TestBackend, delete_table, unique_table_name};
use dynacrypt::{KeyProvider, KmsKeyProvider, LocalKeyProvider, Sealer};
use shop::Shop;
use show::Outcome;

#[tokio::main]
async fn main() -> Outcome {
    let backend = TestBackend::from_env()?;
    println!("Running on {backend}.");
    let provider: Box<dyn KeyProvider> = match (backend.kms(), backend.create_kms_key().await?) {
        (Some(kms), Some(arn)) => Box::new(KmsKeyProvider::new(kms.clone(), arn)),
        _ => Box::new(LocalKeyProvider::generate()?),
    };
    let table = unique_table_name("dynacrypt-orders");
    let shop = Shop::open(backend.dynamodb().clone(), Sealer::new(provider), &table).await?;
    let outcome = tour(&shop, &backend).await;
    delete_table(backend.dynamodb(), &table).await?;
    outcome
}

async fn tour(shop: &Shop, backend: &TestBackend) -> Outcome {
    customers::save_and_lose(shop).await?;
    customers::update_parts(shop).await?;
    checkout::place(shop).await?;
    checkout::import(shop).await?;
    lists::pages(shop).await?;
    lists::index(shop).await?;
    lists::collection(shop).await?;
    lists::expired(shop).await?;
    changes::follow(shop, &backend.dynamodb_streams()).await?;
    others::attempts(shop).await?;
    others::canaries(shop).await
}
