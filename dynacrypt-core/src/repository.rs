//! The repository: records in and out of a table, each operation behind an owner check. It never
//! builds an expression from input, and never touches the table without a proof.

mod backoff;
mod batch;
mod delete;
mod exists;
mod get;
mod options;
mod output;
mod page;
mod put;
mod query;
mod read;
mod scan;
mod stream;
mod transaction;

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use aws_sdk_dynamodb::Client;

pub use futures_util::Stream;
pub use output::{Any, AnyItem, Output, Whole};
pub use page::{Page, PageToken};
pub use query::Query;
pub use scan::Scan;
pub use stream::RecordStream;

use crate::error::Result;
use crate::principal::Principal;
use crate::record::{IntoKey, Record};
use crate::seal::Sealer;
use crate::store::DynamoStore;

pub use backoff::Backoff;
pub use batch::{BatchItem, BatchWrite, BatchWritten, Leftover, Written};
pub use transaction::{ReadTransaction, SealedTransaction, Slot, Snapshot, Transaction, When};

/// Storage of records for principals.
///
/// Depend on this trait where a test wants to put another implementation in [`DynamoRepository`]'s
/// place.
///
/// # Who may do what
/// | owner field | principal | read, delete | put, create, replace |
/// |---|---|---|---|
/// | on a key attribute | its owner | yes | yes |
/// | on a key attribute | another owner | `is_access_denied`, nothing is looked up | the same |
/// | on another attribute | its owner | yes | yes |
/// | on another attribute | another owner | as if the item were absent | `create` and `put`: `is_conflict`, as for any taken key; `replace`: `is_not_found`, as for an absent one |
/// | none | any owner | `is_access_denied` | the same |
/// | any | a service | yes, with an audit event | the same |
///
/// A record whose owner field names somebody else than the principal is `is_access_denied` in every
/// write.
///
/// # Errors
/// Every operation: `is_access_denied` as above; `is_throttled` and `is_unavailable` after the
/// SDK's retries; `is_table_not_found`; `is_insecure_endpoint`; the key provider's errors. An
/// `is_unavailable` write may have happened.
pub trait Repository<R: Record>: Send + Sync {
    /// Stores a record, whether or not there is one under its key. An item of another owner is not
    /// replaced.
    ///
    /// # Errors
    /// `is_conflict` where the key is taken by another owner's item; `is_invalid_record`;
    /// `is_item_too_large`.
    fn put(&self, principal: &Principal, record: &R) -> impl Future<Output = Result<()>> + Send;

    /// Stores a record under a key that is not taken.
    ///
    /// # Errors
    /// `is_conflict` where it is taken, by whomever; otherwise as [`put`](Self::put). A retry
    /// inside the SDK after a lost answer can meet the item that the first try wrote.
    fn create(&self, principal: &Principal, record: &R) -> impl Future<Output = Result<()>> + Send;

    /// Stores a record in place of the one that is there.
    ///
    /// # Errors
    /// `is_not_found` where there is none, or another owner's; otherwise as [`put`](Self::put).
    fn replace(&self, principal: &Principal, record: &R)
    -> impl Future<Output = Result<()>> + Send;

    /// The record under a key.
    ///
    /// # Errors
    /// `is_not_sealed`, `is_decrypt`, `is_invalid_item`, as [`Sealer::open`].
    fn get(
        &self,
        principal: &Principal,
        key: impl IntoKey<R> + Send,
    ) -> impl Future<Output = Result<Option<R>>> + Send;

    /// Deletes the record under a key; gives whether there was one.
    fn delete(
        &self,
        principal: &Principal,
        key: impl IntoKey<R> + Send,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Whether there is an item under a key, without opening it.
    ///
    /// # Security
    /// Nothing is authenticated: whoever can write to the table can make this answer yes.
    fn exists(
        &self,
        principal: &Principal,
        key: impl IntoKey<R> + Send,
    ) -> impl Future<Output = Result<bool>> + Send;
}

/// The repository of one record type, over DynamoDB.
///
/// # Examples
/// ```no_run
/// # use dynacrypt_core::{error::Result, principal::Principal, record::Record, repository::*, seal::Sealer};
/// # async fn demo<Profile>(dynamodb: aws_sdk_dynamodb::Client, sealer: Sealer) -> Result<()>
/// # where Profile: Record<PartitionKey = String, SortKey = dynacrypt_core::record::NoSortKey> + Send + Sync {
/// let profiles = DynamoRepository::<Profile>::new(dynamodb, sealer).with_table_name("prod-profiles");
/// let caller = Principal::owner("user-1"); // from the authenticated request
/// let profile: Option<Profile> = profiles.get(&caller, "user-1").await?;
/// # Ok(()) }
/// ```
pub struct DynamoRepository<R> {
    store: DynamoStore,
    sealer: Sealer,
    backoff: Backoff,
    record: PhantomData<fn() -> R>,
}

impl<R: Record> DynamoRepository<R> {
    /// A repository over the table that has the record's logical name.
    #[must_use]
    pub fn new(client: Client, sealer: Sealer) -> Self {
        let store = DynamoStore::new(client, R::SCHEMA.table());
        Self { store, sealer, backoff: Backoff::default(), record: PhantomData }
    }

    /// The physical table name, where it differs from the logical one. Only the logical name is
    /// bound, so that a table can be restored or renamed.
    #[must_use]
    pub fn with_table_name(mut self, name: &str) -> Self {
        self.store = self.store.table(name);
        self
    }

    /// Reads with eventual consistency: at half the price, and possibly an older item.
    ///
    /// The default is strong consistency.
    #[must_use]
    pub fn eventually_consistent(mut self) -> Self {
        self.store = self.store.consistent(false);
        self
    }

    /// Allows an endpoint that is plain HTTP and not on this machine.
    ///
    /// # Security
    /// Clear fields, keys and the AWS signature then cross the network in the clear. For test
    /// setups whose network is theirs alone.
    #[must_use]
    pub fn danger_allow_plain_http(mut self) -> Self {
        self.store = self.store.allow_plain_http();
        self
    }

    /// The sealer.
    #[must_use]
    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// The store behind the owner checks.
    #[must_use]
    pub fn store(&self) -> &DynamoStore {
        &self.store
    }
}

impl<R: Record + Send + Sync> Repository<R> for DynamoRepository<R> {
    async fn put(&self, principal: &Principal, record: &R) -> Result<()> {
        put::put(self, principal, record, put::Put::EITHER).await
    }

    async fn create(&self, principal: &Principal, record: &R) -> Result<()> {
        put::put(self, principal, record, put::Put::CREATE).await
    }

    async fn replace(&self, principal: &Principal, record: &R) -> Result<()> {
        put::put(self, principal, record, put::Put::REPLACE).await
    }

    async fn get(&self, principal: &Principal, key: impl IntoKey<R> + Send) -> Result<Option<R>> {
        get::get(self, principal, key.into_key()).await
    }

    async fn delete(&self, principal: &Principal, key: impl IntoKey<R> + Send) -> Result<bool> {
        delete::delete(self, principal, key.into_key()).await
    }

    async fn exists(&self, principal: &Principal, key: impl IntoKey<R> + Send) -> Result<bool> {
        exists::exists(self, principal, key.into_key()).await
    }
}

impl<R> Clone for DynamoRepository<R> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            sealer: self.sealer.clone(),
            backoff: self.backoff,
            record: PhantomData,
        }
    }
}

impl<R: Record> fmt::Debug for DynamoRepository<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoRepository")
            .field("record", &R::SCHEMA.record())
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
