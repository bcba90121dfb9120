//! Reads of a transaction: items of any tables, as they were at one moment. It never opens an item
//! that is not the principal's.

use std::any::Any;
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;

use super::super::DynamoRepository;
use crate::access::{self, OwnerProof};
use crate::error::{Error, ErrorKind, Result};
use crate::principal::Principal;
use crate::record::{Attributes, IntoKey, Key, Record};
use crate::sealed::Unopened;
use crate::store::{DynamoStore, MAX_ACTIONS, ReadPart, Target};

/// Reads up to 100 items, of any record types and tables, as they were at one moment.
///
/// It is one request, as [`Transaction`](super::Transaction) is.
///
/// # Examples
/// ```no_run
/// # use dynacrypt_core::{error::Result, principal::Principal, record::*, repository::*};
/// # async fn demo<Order, Customer>(
/// #     orders: DynamoRepository<Order>, customers: DynamoRepository<Customer>,
/// # ) -> Result<()>
/// # where
/// #     Order: Record<PartitionKey = String, SortKey = u32> + Send + Sync + 'static,
/// #     Customer: Record<PartitionKey = String, SortKey = NoSortKey> + Send + Sync + 'static,
/// # {
/// let caller = Principal::owner("user-1"); // from the authenticated request
/// let mut read = ReadTransaction::new(&caller);
/// let order = read.get(&orders, ("user-1", 4711_u32));
/// let customer = read.get(&customers, "user-1");
/// let mut snapshot = read.fetch().await?;
/// let order: Option<Order> = snapshot.take(order)?;
/// let customer: Option<Customer> = snapshot.take(customer)?;
/// # Ok(()) }
/// ```
#[must_use = "nothing is read until it is fetched"]
pub struct ReadTransaction<'a> {
    id: u64,
    principal: &'a Principal,
    reads: Vec<Box<dyn ReadStep<'a> + 'a>>,
}

/// Where in a [`Snapshot`] a record is found: what [`ReadTransaction::get`] gives.
#[must_use = "take the record from the snapshot with it"]
pub struct Slot<R> {
    transaction: u64,
    place: usize,
    record: PhantomData<fn() -> R>,
}

/// What a [`ReadTransaction`] found.
pub struct Snapshot {
    transaction: u64,
    /// `Option<R>` each.
    found: Vec<Option<Result<Box<dyn Any + Send>>>>,
}

/// A read of any record type.
trait ReadStep<'a>: Send {
    fn store(&self) -> &DynamoStore;

    /// The owner check.
    fn check(&mut self, principal: &Principal) -> Result<(Target, ReadPart)>;

    /// Opens what was found; gives an `Option<R>`.
    fn open(
        self: Box<Self>,
        item: Option<Attributes>,
    ) -> BoxFuture<'a, Result<Box<dyn Any + Send>>>;
}

struct Read<'a, R> {
    repository: &'a DynamoRepository<R>,
    key: Key<R>,
}

impl<'a, R: Record + Send + Sync + 'static> ReadStep<'a> for Read<'a, R> {
    fn store(&self) -> &DynamoStore {
        &self.repository.store
    }

    fn check(&mut self, principal: &Principal) -> Result<(Target, ReadPart)> {
        let proof: OwnerProof<R> = access::check_key(principal, "transact_get", self.key.clone())?;
        let store = &self.repository.store;
        Ok((store.target(&proof), store.read_part(&proof, self.repository.expiry()?)?))
    }

    fn open(
        self: Box<Self>,
        item: Option<Attributes>,
    ) -> BoxFuture<'a, Result<Box<dyn Any + Send>>> {
        Box::pin(async move {
            let record: Option<R> = match item {
                Some(item) => {
                    Some(self.repository.sealer.open_unopened(Unopened::new(self.key, item)).await?)
                }
                None => None,
            };
            Ok(Box::new(record) as Box<dyn Any + Send>)
        })
    }
}

impl<'a> ReadTransaction<'a> {
    /// A transaction without reads, for a principal.
    pub fn new(principal: &'a Principal) -> Self {
        static IDS: AtomicU64 = AtomicU64::new(0);
        Self { id: IDS.fetch_add(1, Ordering::Relaxed), principal, reads: Vec::new() }
    }

    /// Adds the record under a key.
    pub fn get<R: Record + Send + Sync + 'static>(
        &mut self,
        repository: &'a DynamoRepository<R>,
        key: impl IntoKey<R>,
    ) -> Slot<R> {
        let slot = Slot { transaction: self.id, place: self.reads.len(), record: PhantomData };
        self.reads.push(Box::new(Read { repository, key: key.into_key() }));
        slot
    }

    /// Reads everything, and opens it.
    ///
    /// # Errors
    /// Before anything is sent: `is_access_denied` where one of the keys is not the principal's;
    /// `is_duplicate_key` where two are equal; `is_invalid_request` with more than 100 of them, or
    /// tables of different regions. Then `is_transaction_canceled`, with
    /// [`Error::cancellation_reasons`]; `is_throttled` and `is_unavailable` after the SDK's retries;
    /// `is_table_not_found`; `is_insecure_endpoint`. An item that does not open is an error of
    /// [`Snapshot::take`].
    pub async fn fetch(self) -> Result<Snapshot> {
        let Self { id, principal, mut reads } = self;
        if reads.len() > MAX_ACTIONS {
            return Err(Error::new(ErrorKind::InvalidRequest)
                .with_reason("a transaction has 100 reads at most"));
        }
        let mut targets = HashSet::new();
        let mut parts = Vec::with_capacity(reads.len());
        let mut store: Option<DynamoStore> = None;
        for read in &mut reads {
            let (target, part) = read.check(principal)?;
            if !targets.insert(target) {
                return Err(Error::new(ErrorKind::DuplicateKey));
            }
            parts.push(part);
            store = Some(match store {
                Some(store) => store.joined(read.store())?,
                None => read.store().clone(),
            });
        }
        let items = match store {
            Some(store) => store.transact_get(&parts).await?,
            None => Vec::new(),
        };
        let mut found = Vec::with_capacity(reads.len());
        for (read, item) in reads.into_iter().zip(items) {
            found.push(Some(read.open(item).await));
        }
        Ok(Snapshot { transaction: id, found })
    }
}

impl Snapshot {
    /// The record of a slot; `None` where there is none of the principal's.
    ///
    /// # Errors
    /// `is_not_sealed`, `is_decrypt`, `is_invalid_item`, the key provider's, as
    /// [`Sealer::open`](crate::seal::Sealer::open); `is_invalid_request` where the slot is of another transaction.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a slot is used up: its record is taken once"
    )]
    pub fn take<R: 'static>(&mut self, slot: Slot<R>) -> Result<Option<R>> {
        let foreign = || {
            Error::new(ErrorKind::InvalidRequest).with_reason("the slot is of another transaction")
        };
        if slot.transaction != self.transaction {
            return Err(foreign());
        }
        let found = self.found.get_mut(slot.place).and_then(Option::take).ok_or_else(foreign)??;
        found.downcast::<Option<R>>().map(|record| *record).map_err(|_| foreign())
    }
}

impl fmt::Debug for ReadTransaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadTransaction")
            .field("principal", &self.principal)
            .field("reads", &self.reads.len())
            .finish_non_exhaustive()
    }
}

impl<R: Record> fmt::Debug for Slot<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("record", &R::SCHEMA.record())
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("records", &self.found.len()).finish_non_exhaustive()
    }
}
