//! What every test of the suite starts from: a backend, a sealer, a table of its own, and records
//! full of canaries. It never weakens what it tests.

use dynacrypt::testing::{self, TestBackend};
use dynacrypt::{DynamoRepository, LocalKeyProvider, Principal, Record, Sealer, Secret};

pub(crate) const SSN: &str = "CANARY-ssn-078-05-1120";
pub(crate) const API_KEY: &str = "CANARY-api-key-4eC39HqLyjWDarjtT1zdp7dc";
pub(crate) const CODE: &str = "CANARY-one-time-424242";
pub(crate) const CANARIES: [&str; 3] = [SSN, API_KEY, CODE];

/// The owner is the partition key.
#[derive(Debug, Record)]
#[dynacrypt(table = "profiles")]
pub(crate) struct Profile {
    #[dynacrypt(partition_key, owner)]
    pub(crate) user_id: String,
    pub(crate) display_name: String,
    #[dynacrypt(authenticated)]
    pub(crate) role: String,
    #[encrypted]
    pub(crate) ssn: Secret<String>,
    #[encrypted]
    pub(crate) api_key: Option<Secret<String>>,
    #[sensitive]
    #[dynacrypt(skip)]
    pub(crate) one_time_code: Secret<String>,
}

pub(crate) fn profile(user_id: &str) -> Profile {
    Profile {
        user_id: user_id.to_owned(),
        display_name: format!("Display of {user_id}"),
        role: "member".to_owned(),
        ssn: Secret::from(SSN),
        api_key: Some(Secret::from(API_KEY)),
        one_time_code: Secret::from(CODE),
    }
}

/// The owner is an attribute outside a composite key.
#[derive(Debug, Record)]
#[dynacrypt(table = "documents")]
pub(crate) struct Document {
    #[dynacrypt(partition_key)]
    pub(crate) folder: String,
    #[dynacrypt(sort_key)]
    pub(crate) number: u32,
    #[dynacrypt(owner)]
    pub(crate) owner_id: String,
    pub(crate) title: Option<String>,
    #[encrypted]
    #[dynacrypt(pad = 64)]
    pub(crate) body: Secret<String>,
}

pub(crate) fn document(number: u32, owner_id: &str) -> Document {
    Document {
        folder: "inbox".to_owned(),
        number,
        owner_id: owner_id.to_owned(),
        title: None,
        body: Secret::from(SSN),
    }
}

pub(crate) struct World {
    pub(crate) backend: TestBackend,
    pub(crate) sealer: Sealer,
    pub(crate) table: String,
}

impl World {
    /// A table for records of type `R`, and a sealer with a fresh local wrapping key.
    pub(crate) async fn new<R: Record>() -> Self {
        Self::with_sealer::<R>(Sealer::new(LocalKeyProvider::generate().expect("key"))).await
    }

    pub(crate) async fn with_sealer<R: Record>(sealer: Sealer) -> Self {
        let backend = TestBackend::from_env().expect("backend");
        let table = testing::unique_table_name(R::SCHEMA.table());
        testing::create_table::<R>(backend.dynamodb(), &table).await.expect("table");
        Self { backend, sealer, table }
    }

    pub(crate) fn repository<R: Record>(&self) -> DynamoRepository<R> {
        DynamoRepository::new(self.backend.dynamodb().clone(), self.sealer.clone())
            .with_table_name(&self.table)
    }

    /// The one item of the table.
    pub(crate) async fn raw(&self) -> testing::attack::Item {
        let mut items =
            testing::raw_items(self.backend.dynamodb(), &self.table).await.expect("items");
        assert_eq!(items.len(), 1, "items in the table");
        items.remove(0)
    }

    pub(crate) async fn put_raw(&self, item: testing::attack::Item) {
        testing::put_raw(self.backend.dynamodb(), &self.table, item).await.expect("raw put");
    }
}

pub(crate) fn alice() -> Principal {
    Principal::owner("alice")
}

pub(crate) fn bob() -> Principal {
    Principal::owner("bob")
}
