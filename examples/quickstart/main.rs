//! Quickstart: seal two profiles, look at what the table holds, read as the owner, be denied as
//! another, tamper and be refused.
//!
//! ```text
//! cargo run --example quickstart                     # embedded database, wrapping key of this process; offline
//! cargo run --example quickstart -- --endpoint-url http://127.0.0.1:4566 --kms-key-id arn:aws:kms:…:key/…
//! cargo run --example quickstart -- --aws --kms-key-id arn:aws:kms:…:key/…      # the standard AWS environment
//! ```

#![allow(clippy::print_stdout, clippy::indexing_slicing, reason = "it is there to be watched")]

mod dump;
mod options;
mod show;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use clap::Parser;
use dynacrypt::expr::Update;
use dynacrypt::{
    DynamoRepository, Error, ExposeSecret, Principal, Record, Repository, Sealer, Secret,
};
use options::{Options, Services};

#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    display_name: String, // stored in the clear
    #[dynacrypt(authenticated)]
    role: String, // in the clear, but bound: changing it outside breaks opening
    #[encrypted]
    ssn: Secret<String>,
    #[encrypted]
    api_key: Option<Secret<String>>, // absent when None
    #[sensitive]
    #[dynacrypt(skip)]
    one_time_code: Secret<String>, // never stored; Default on load
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let Services { dynamodb, provider, table, _embedded } = options.services().await?;
    println!("{}\n", options.describe());

    dynacrypt::table::definition::<Profile>()?.table_name(&table).send_with(&dynamodb).await?;
    wait_until_active(&dynamodb, &table).await?;
    let outcome = tour(&dynamodb, &table, Sealer::new(provider), &options).await;
    dynamodb.delete_table().table_name(&table).send().await?;
    outcome
}

async fn tour(
    dynamodb: &Client,
    table: &str,
    sealer: Sealer,
    options: &Options,
) -> Result<(), Box<dyn std::error::Error>> {
    let profiles =
        DynamoRepository::<Profile>::new(dynamodb.clone(), sealer).with_table_name(table);
    // In a service, the id comes from the authenticated request.
    let (alice, bob) = (Principal::owner("user-alice"), Principal::owner("user-bob"));

    println!("1. Put a profile for each of two owners.");
    let profile = Profile {
        user_id: "user-alice".to_owned(),
        display_name: "Alice".to_owned(),
        role: "member".to_owned(),
        ssn: Secret::from("078-05-1120"),
        api_key: Some(Secret::from("sk_live_4eC39HqLyjWDarjtT1zdp7dc")),
        one_time_code: Secret::from("424242"),
    };
    profiles.create(&alice, &profile).await?;
    let other = Profile {
        user_id: "user-bob".to_owned(),
        display_name: "Bob".to_owned(),
        role: "member".to_owned(),
        ssn: Secret::from("219-09-9999"),
        api_key: None,
        one_time_code: Secret::default(),
    };
    profiles.create(&bob, &other).await?;
    println!("   Replace bob's secret alone, without reading the item.");
    let replaced = Update::new().set(Profile::columns().ssn, Secret::from("457-55-5462"));
    profiles.update(&bob, "user-bob", replaced).await?;

    println!("\n2. The record's Debug:\n   {profile:?}");
    println!("   What the table holds:");
    let stored = raw_item(dynamodb, table, "user-alice").await?;
    show::item(&stored);
    if let Some(directory) = &options.dump {
        let bob_item = raw_item(dynamodb, table, "user-bob").await?;
        dump::write(directory, Profile::SCHEMA, &[stored.clone(), bob_item])?;
    }

    println!("\n3. Read as the owner:");
    let read = profiles.get(&alice, "user-alice").await?.ok_or("the profile is gone")?;
    println!("   {read:?}");
    println!("   ssn.expose_secret() = {}", read.ssn.expose_secret());
    println!(
        "   one_time_code was never stored: empty = {}",
        read.one_time_code.expose_secret().is_empty()
    );
    if read.ssn.expose_secret() != profile.ssn.expose_secret() {
        return Err("another value came back".into());
    }

    println!("\n4. Read as anyone else:");
    let denied = profiles.get(&bob, "user-alice").await;
    show::refusal("bob asks for alice's profile", &denied, Error::is_access_denied)?;

    println!("\n5. Tamper with the stored item:");
    let mut promoted = stored.clone();
    promoted.insert("role".to_owned(), AttributeValue::S("admin".to_owned()));
    put_raw(dynamodb, table, promoted).await?;
    let refused = profiles.get(&alice, "user-alice").await;
    show::refusal("the clear field `role` set to admin", &refused, Error::is_decrypt)?;

    let mut moved = stored.clone();
    let bobs_ssn = raw_item(dynamodb, table, "user-bob").await?.remove("ssn").ok_or("no ssn")?;
    moved.insert("ssn".to_owned(), bobs_ssn);
    put_raw(dynamodb, table, moved).await?;
    let refused = profiles.get(&alice, "user-alice").await;
    show::refusal("bob's ciphertext moved into alice's item", &refused, |error| {
        error.is_decrypt()
    })?;

    let mut cleared = stored.clone();
    cleared.insert("ssn".to_owned(), AttributeValue::S("000-00-0000".to_owned()));
    put_raw(dynamodb, table, cleared).await?;
    let refused = profiles.get(&alice, "user-alice").await;
    show::refusal("plaintext where ciphertext must be", &refused, Error::is_not_sealed)?;

    put_raw(dynamodb, table, stored).await?;
    let restored = profiles.get(&alice, "user-alice").await?;
    println!("   the untouched item, put back: opens = {}", restored.is_some());
    Ok(())
}

async fn raw_item(
    client: &Client,
    table: &str,
    user_id: &str,
) -> Result<show::Item, Box<dyn std::error::Error>> {
    let key = AttributeValue::S(user_id.to_owned());
    let answer = client
        .get_item()
        .table_name(table)
        .key("user_id", key)
        .consistent_read(true)
        .send()
        .await?;
    Ok(answer.item.ok_or("no such item")?)
}

async fn put_raw(
    client: &Client,
    table: &str,
    item: show::Item,
) -> Result<(), Box<dyn std::error::Error>> {
    client.put_item().table_name(table).set_item(Some(item)).send().await?;
    Ok(())
}

async fn wait_until_active(client: &Client, table: &str) -> Result<(), Box<dyn std::error::Error>> {
    for _ in 0..60 {
        let described = client.describe_table().table_name(table).send().await?;
        if described
            .table()
            .and_then(|table| table.table_status())
            .is_some_and(|status| status.as_str() == "ACTIVE")
        {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    Err("the table did not become active within a minute".into())
}
