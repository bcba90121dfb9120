//! Canaries in every sensitive field, searched for in everything that leaves: the stored items,
//! `Debug`, errors, and what is logged at TRACE, by the AWS SDK and its HTTP stack too.

use aws_sdk_dynamodb::types::AttributeValue;
use dynacrypt::testing::{CapturedLogs, FaultyHttp, HttpFault, assert_absent, assert_no_plaintext};
use dynacrypt::{DynamoRepository, Error, Repository, Secret};

use crate::world::{
    API_KEY, CANARIES, CODE, Document, Profile, SSN, World, alice, bob, document, profile,
};

#[tokio::test]
async fn nothing_is_stored_in_the_clear() {
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    profiles.put(&alice(), &profile("alice")).await.unwrap();
    profiles.put(&bob(), &profile("bob")).await.unwrap();
    assert_no_plaintext!(world.backend.dynamodb(), &world.table, [SSN, API_KEY, CODE]);
}

#[tokio::test]
async fn padding_hides_the_length() {
    let world = World::new::<Document>().await;
    let sealed = async |body: &str| {
        let document = Document { body: Secret::from(body), ..document(1, "alice") };
        match &world.sealer.seal(&document).await.unwrap().into_item()["body"] {
            AttributeValue::B(blob) => blob.as_ref().len(),
            _ => panic!("sealed"),
        }
    };
    let (fail, clear, consider) =
        (sealed("fail").await, sealed("clear").await, sealed("consider").await);
    assert_eq!([fail, clear, consider], [2 + 64 + 16; 3]);
    assert_eq!(sealed(&"x".repeat(63)).await, 2 + 128 + 16, "63 bytes and a head of two");
}

#[tokio::test]
async fn debug_and_logs_show_nothing() {
    let logs = CapturedLogs::new();
    let guard = logs.on_this_thread();
    let world = World::new::<Profile>().await;
    let profiles = world.repository::<Profile>();
    let record = profile("alice");
    profiles.put(&alice(), &record).await.unwrap();
    let read = profiles.get(&alice(), "alice").await.unwrap();
    let sealed = world.sealer.seal(&record).await.unwrap();
    let shown = format!(
        "{record:?} {record:#?} {read:?} {sealed:?} {sealed:#?} {profiles:?} {:?} {:?}",
        world.sealer,
        alice()
    );
    tracing::info!(?record, ?sealed, "a user logs everything");
    drop(guard);

    assert!(shown.contains("[REDACTED]"));
    assert_absent(shown, CANARIES);
    let text = logs.text();
    assert!(text.contains("aws_smithy") || text.contains("aws_sdk"), "the SDK was not heard");
    logs.assert_absent(CANARIES);
    assert_absent(text, ["alice's profile"]);
}

/// Every kind of error that can be had, from a record whose clear fields are canaries as well: no
/// value of any field is ever quoted.
#[tokio::test]
async fn errors_quote_nothing() {
    const NAME: &str = "CANARY-display-name";
    const ROLE: &str = "CANARY-role";
    const PLANTED: &str = "CANARY-planted-by-an-attacker";
    let logs = CapturedLogs::new();
    let world = World::new::<Profile>().await;
    let http = FaultyHttp::new();
    let config = world.backend.dynamodb_config().http_client(http.clone()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    let profiles = DynamoRepository::<Profile>::new(client, world.sealer.clone())
        .with_table_name(&world.table);
    let record = Profile {
        display_name: NAME.to_owned(),
        role: ROLE.to_owned(),
        ..profile("CANARY-user-id")
    };
    let owner = dynacrypt::Principal::owner("CANARY-user-id");
    logs.follow(profiles.put(&owner, &record)).await.unwrap();
    let stored = world.raw().await;

    let mut errors: Vec<Error> = Vec::new();
    errors.push(logs.follow(profiles.put(&bob(), &record)).await.unwrap_err());
    errors.push(logs.follow(profiles.create(&owner, &record)).await.unwrap_err());
    errors.push(logs.follow(profiles.get(&bob(), "CANARY-user-id")).await.unwrap_err());
    // Servers echo items in their texts: this one echoes them on purpose.
    let echo = serde_json::json!({ "__type": "com.amazon.coral.validate#ValidationException", "message": format!("{NAME} {ROLE}") });
    http.plan("PutItem", 1, HttpFault::Reply { status: 400, body: echo.to_string() });
    errors.push(logs.follow(profiles.put(&owner, &record)).await.unwrap_err());
    for (name, value) in [
        ("display_name", AttributeValue::N("1".to_owned())),
        (
            "display_name",
            AttributeValue::M([(NAME.to_owned(), AttributeValue::S(ROLE.to_owned()))].into()),
        ),
        ("ssn", AttributeValue::S(PLANTED.to_owned())),
        ("role", AttributeValue::S(NAME.to_owned())),
        ("_dc", AttributeValue::S(PLANTED.to_owned())),
    ] {
        let mut item = stored.clone();
        item.insert(name.to_owned(), value);
        world.put_raw(item).await;
        errors.push(logs.follow(profiles.get(&owner, "CANARY-user-id")).await.unwrap_err());
    }
    let missing = profiles.clone().with_table_name("CANARY-no-table");
    errors.push(logs.follow(missing.get(&owner, "CANARY-user-id")).await.unwrap_err());

    assert_eq!(errors.len(), 10);
    let shown: Vec<String> = errors
        .iter()
        .map(|error| format!("{error} {error:?} {error:#?} {:?}", std::error::Error::source(error)))
        .collect();
    assert_absent(
        shown.join("\n"),
        CANARIES.into_iter().chain([NAME, ROLE, PLANTED, "CANARY-user-id", "CANARY-no-table"]),
    );
    logs.assert_absent(CANARIES);
}
