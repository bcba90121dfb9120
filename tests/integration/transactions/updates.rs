//! Whose items the updates of a transaction change. It never looks at what else they do.

use dynacrypt::expr::Update;
use dynacrypt::repository::When;
use dynacrypt::{ExposeSecret, Principal, Record, Repository, Secret, Transaction};

use super::Tables;
use crate::world::{Document, alice, bob, document, profile};

const NEW: &str = "CANARY-new-in-transaction";

async fn filled() -> Tables {
    let tables = Tables::new().await;
    tables.profiles.create(&alice(), &profile("alice")).await.unwrap();
    tables.documents.create(&alice(), &document(1, "alice")).await.unwrap();
    tables
}

#[tokio::test]
async fn not_owned_and_absent_cancel_alike() {
    let tables = filled().await;
    let d = Document::columns();
    let before = tables.raw().await;
    let bob = bob();
    let new = profile("bob");
    let mut answers = Vec::new();
    for number in [1_u32, 2] {
        let update = Update::new().set(d.body, Secret::from(NEW));
        let error = Transaction::new(&bob)
            .create(&tables.profiles, &new)
            .update_when(
                &tables.documents,
                ("inbox", number),
                update,
                When::from(d.title.not_exists()).return_existing(),
            )
            .commit()
            .await
            .unwrap_err();
        let reason = error.cancellation_reasons()[1].clone().unwrap();
        assert!(reason.is_not_found() && reason.existing::<Document>().is_none(), "{reason}");
        answers.push(format!("{reason:?}"));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(tables.raw().await, before);
}

/// The owner that a service seals for is read first, and must still be the owner then.
#[tokio::test]
async fn a_service_seals_for_the_owner_that_the_item_has() {
    let tables = filled().await;
    let (d, key) = (Document::columns(), ("inbox", 1_u32));
    let job = Principal::service("rotation", "ticket 12");
    let update = Update::new().set(d.body, Secret::from(NEW));
    Transaction::new(&job).update(&tables.documents, key, update).commit().await.unwrap();
    let read = tables.documents.get(&alice(), key).await.unwrap().unwrap();
    assert_eq!(read.body.expose_secret(), NEW);
}
