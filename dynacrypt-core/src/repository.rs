//! The repository: records in and out of a table, each operation behind an owner check. It never
//! builds an expression from input, and never touches the table without a proof.

mod asked;
mod backoff;
mod batch;
mod clock;
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
mod update;

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;

pub use backoff::Backoff;
pub use batch::{BatchItem, BatchWrite, BatchWritten, Leftover, Written};
use clock::Clock;
pub use delete::DeleteRequest;
pub use futures_util::Stream;
pub use output::{Any, AnyItem, Output, Projected, Whole};
pub use page::{Page, PageToken};
pub use put::PutRequest;
pub use query::Query;
#[cfg(feature = "jobs")]
pub(crate) use read::{decode_position, encode_position};
pub use scan::Scan;
pub use stream::RecordStream;
pub use transaction::{ReadTransaction, SealedTransaction, Slot, Snapshot, Transaction, When};
pub use update::UpdateRequest;

use crate::error::Result;
use crate::expr::Update;
use crate::principal::Principal;
use crate::record::{IntoKey, Projection, Record, Stamp};
use crate::seal::Sealer;
use crate::store::{DynamoStore, Expiry};

/// Storage of records for principals.
///
/// Depend on this trait where a test wants to put another implementation in [`DynamoRepository`]'s
/// place.
///
/// # Who may do what
/// | owner field | principal | read, delete | put, save, create, replace, update |
/// |---|---|---|---|
/// | on a key attribute | its owner | yes | yes |
/// | on a key attribute | another owner | `is_access_denied`, nothing is looked up | the same |
/// | on another attribute | its owner | yes | yes |
/// | on another attribute | another owner | as if the item were absent | `create`, `put` and `save`: `is_conflict`, as for any taken key; `replace` and `update`: `is_not_found`, as for an absent one |
/// | none | any owner | `is_access_denied` | the same |
/// | any | a service | yes, with an audit event | the same |
///
/// # Conflicts
/// Where a write demands something of the item that is there (a condition, a version), what fails
/// depends on whose item it is:
///
/// | item under the key | put, save | create | replace, update | delete |
/// |---|---|---|---|---|
/// | the caller's own, demand not met | `is_conflict` | `is_conflict` | `is_conflict` | `is_conflict` |
/// | absent, or another owner's | `is_conflict` if the demand is not met by an absent item | another's: `is_conflict` | `is_not_found` | `false` |
///
/// What failed is told by the item that failed it, which DynamoDB returns; an emulator that does not
/// (older releases of DynamoDB Local) has every row answer as for an absent item.
///
/// `is_version_conflict` and `is_condition_failed` tell conflicts apart. An absent item and another
/// owner's give one answer, with one exception: what a key is taken by keeps `put`, `save` and
/// `create` from storing anything there, and that cannot be hidden.
///
/// # Lost answers
/// The SDK sends a request again whose answer was lost. A put that so meets the very item that it
/// stored before succeeds, and so does an update that sets a secret and meets that. A delete then finds
/// nothing; an update in the clear that expects a version, or whose condition its own change has made
/// false, conflicts with itself; and what is added or appended is added twice. Transactions are known
/// by their token, and done once.
///
/// # Versions and times
/// A record with a `version` field is stored with the version it has plus one, and only where the
/// item that is there has the version that the record has (0: where there is no item); otherwise it
/// is `is_version_conflict`. Every update counts the version up as well. `updated` is set by every
/// write, `created` by the first; [`save`](Self::save) sets them in the record too.
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
    /// `is_conflict` where the key is taken by another owner's item; `is_version_conflict`;
    /// `is_invalid_record`; `is_item_too_large`.
    fn put(&self, principal: &Principal, record: &R) -> impl Future<Output = Result<()>> + Send;

    /// Stores a record as [`put`](Self::put) does, and sets in it what was stored: version, times.
    /// What is saved can so be changed and saved again. After an error the record is as it was.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    fn save(
        &self,
        principal: &Principal,
        record: &mut R,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Stores a record under a key that is not taken. A version that the record has is counted up and
    /// not compared, since there is no other.
    ///
    /// # Errors
    /// `is_conflict` where it is taken, by whomever; otherwise as [`put`](Self::put).
    fn create(&self, principal: &Principal, record: &R) -> impl Future<Output = Result<()>> + Send;

    /// Stores a record in place of the one that is there.
    ///
    /// # Errors
    /// `is_not_found` where there is none, or another owner's; otherwise as [`put`](Self::put).
    fn replace(&self, principal: &Principal, record: &R)
    -> impl Future<Output = Result<()>> + Send;

    /// Changes some fields of the record under a key, and leaves everything else as it is: also what
    /// the record does not know. Secrets are sealed by themselves, without reading the item.
    ///
    /// # Errors
    /// `is_not_found` where there is none, or another owner's: an update never creates an item;
    /// `is_invalid_request` where the update changes nothing or one place twice;
    /// `is_invalid_record` where a value cannot be stored;
    /// [`ErrorKind::Service`](crate::error::ErrorKind::Service) where DynamoDB refuses it because an attribute is of another type than the action needs, or the place inside it is
    /// missing. Of updates that change encrypted fields also `is_not_sealed`, and `is_invalid_item`
    /// where the item was sealed as a `whole`.
    fn update(
        &self,
        principal: &Principal,
        key: impl IntoKey<R> + Send,
        update: Update<R>,
    ) -> impl Future<Output = Result<()>> + Send;

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
    clock: Clock,
    hides_expired: bool,
    record: PhantomData<fn() -> R>,
}

impl<R: Record> DynamoRepository<R> {
    /// A repository over the table that has the record's logical name.
    #[must_use]
    pub fn new(client: Client, sealer: Sealer) -> Self {
        let store = DynamoStore::new(client, R::SCHEMA.table());
        Self {
            store,
            sealer,
            backoff: Backoff::default(),
            clock: Clock::system(),
            hides_expired: false,
            record: PhantomData,
        }
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

    /// Items whose time to live (`#[dynacrypt(ttl)]`) is over read as absent.
    ///
    /// DynamoDB deletes them within days, and until then they are there. Writes still see them: a
    /// key is taken until the item is deleted, and an update of one brings nothing back.
    ///
    /// The default is to read them.
    #[must_use]
    pub fn hide_expired(mut self) -> Self {
        self.hides_expired = true;
        self
    }

    /// The most time that one request to DynamoDB may take, with the SDK's retries. What takes longer
    /// is `is_unavailable`; a write may have happened then.
    ///
    /// The default is what the client is configured with. Time that a key provider takes is not
    /// counted.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.store = self.store.timeout(timeout);
        self
    }

    /// The clock of `created`, `updated` and expiry. The default is the system's.
    ///
    /// # Examples
    /// ```no_run
    /// # use dynacrypt_core::repository::DynamoRepository;
    /// # use dynacrypt_core::record::Record;
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// # fn demo<R: Record>(orders: DynamoRepository<R>) {
    /// let orders = orders.with_clock(|| UNIX_EPOCH + Duration::from_secs(1_750_000_000));
    /// # let _ = orders;
    /// # }
    /// ```
    #[must_use]
    pub fn with_clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
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

    /// What is stamped into an item that is stored now.
    pub(crate) fn stamp(&self) -> Result<Stamp> {
        Ok(Stamp { now: self.clock.millis()? })
    }

    /// Milliseconds since 1970, UTC, by the repository's clock.
    #[cfg(feature = "jobs")]
    pub(crate) fn now(&self) -> Result<i64> {
        self.clock.millis()
    }

    /// How it goes on where it is throttled.
    #[cfg(feature = "jobs")]
    pub(crate) fn backoff(&self) -> Backoff {
        self.backoff
    }

    /// What expired items are hidden by, where they are.
    pub(crate) fn expiry(&self) -> Result<Option<Expiry>> {
        if !self.hides_expired {
            return Ok(None);
        }
        Ok(Expiry::at(R::SCHEMA, self.clock.millis()?))
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

impl<R: Record + Send + Sync> DynamoRepository<R> {
    /// The part of a record that a projection reads, under a key. Nothing else is fetched, but for
    /// what authenticates it, and nothing else is decrypted.
    ///
    /// # Examples
    /// ```
    /// # extern crate dynacrypt_core as dynacrypt;
    /// # use dynacrypt::{error::Result, principal::Principal, repository::DynamoRepository, secret::Secret};
    /// use dynacrypt_derive::{Projection, Record};
    ///
    /// #[derive(Record)]
    /// #[dynacrypt(table = "orders")]
    /// struct Order {
    ///     #[dynacrypt(partition_key, owner)]
    ///     user_id: String,
    ///     total: u64,
    ///     #[encrypted]
    ///     card: Secret<String>,
    /// }
    ///
    /// #[derive(Projection)]
    /// #[dynacrypt(record = Order)]
    /// struct Total {
    ///     total: u64,
    /// }
    ///
    /// async fn total(orders: &DynamoRepository<Order>, caller: &Principal) -> Result<Option<u64>> {
    ///     let order = orders.get_projection::<Total>(caller, "user-1").await?;
    ///     Ok(order.map(|order| order.total))
    /// }
    /// # let _ = total;
    /// # use dynacrypt::record::{Projection as _, Record as _};
    /// ```
    ///
    /// # Errors
    /// As [`Repository::get`].
    pub async fn get_projection<P: Projection<Record = R>>(
        &self,
        principal: &Principal,
        key: impl IntoKey<R>,
    ) -> Result<Option<P>> {
        get::projection(self, principal, key.into_key()).await
    }

    /// A put with conditions and other wishes.
    pub fn put_request<'a>(&'a self, principal: &'a Principal, record: &'a R) -> PutRequest<'a, R> {
        PutRequest::new(self, principal, record)
    }

    /// An update with conditions and other wishes.
    pub fn update_request<'a>(
        &'a self,
        principal: &'a Principal,
        key: impl IntoKey<R>,
        update: Update<R>,
    ) -> UpdateRequest<'a, R> {
        UpdateRequest::new(self, principal, key.into_key(), update)
    }

    /// A delete with conditions and other wishes.
    pub fn delete_request<'a>(
        &'a self,
        principal: &'a Principal,
        key: impl IntoKey<R>,
    ) -> DeleteRequest<'a, R> {
        DeleteRequest::new(self, principal, key.into_key())
    }
}

impl<R: Record + Send + Sync> Repository<R> for DynamoRepository<R> {
    async fn put(&self, principal: &Principal, record: &R) -> Result<()> {
        self.put_request(principal, record).store("put").await.map(drop)
    }

    async fn save(&self, principal: &Principal, record: &mut R) -> Result<()> {
        let stamp = self.put_request(principal, record).store("save").await?;
        record.stamp(&stamp);
        Ok(())
    }

    async fn create(&self, principal: &Principal, record: &R) -> Result<()> {
        self.put_request(principal, record).create_only().store("create").await.map(drop)
    }

    async fn replace(&self, principal: &Principal, record: &R) -> Result<()> {
        self.put_request(principal, record).replace_only().store("replace").await.map(drop)
    }

    async fn update(
        &self,
        principal: &Principal,
        key: impl IntoKey<R> + Send,
        update: Update<R>,
    ) -> Result<()> {
        self.update_request(principal, key, update).write().await.map(drop)
    }

    async fn get(&self, principal: &Principal, key: impl IntoKey<R> + Send) -> Result<Option<R>> {
        get::get(self, principal, key.into_key()).await
    }

    async fn delete(&self, principal: &Principal, key: impl IntoKey<R> + Send) -> Result<bool> {
        self.delete_request(principal, key).delete().await
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
            clock: self.clock.clone(),
            ..*self
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
