//! Transactions: writes on any tables that happen together or not at all. It never seals anything
//! before every owner check, and never seals anything twice.

mod action;
mod read;
mod when;

use std::collections::HashSet;
use std::fmt;

use super::DynamoRepository;
use crate::crypto;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Update;
use crate::principal::Principal;
use crate::record::{IntoKey, Record};
use crate::store::{
    DynamoStore, MAX_ACTIONS, MAX_TRANSACTION_LEN, NotCommitted, PutMode, WritePart,
};
use action::{Action, Opener, Step, Task};

pub use read::{ReadTransaction, Slot, Snapshot};
pub use when::When;

/// Writes on up to 100 items, of any record types and tables, that happen together or not at all.
///
/// | action | demands of the item | where it is not so |
/// |---|---|---|
/// | [`put`](Self::put) | none, or the principal's | `is_conflict` |
/// | [`create`](Self::create), [`check_absent`](Self::check_absent) | none, of anybody | `is_conflict` |
/// | [`replace`](Self::replace), [`update`](Self::update), [`delete`](Self::delete), [`check`](Self::check) | there, and the principal's | `is_not_found` |
///
/// To these, the forms with `_when` add a condition or a version: `is_condition_failed`,
/// `is_version_conflict`. A record with a `version` is put only over the version it was read at, and
/// is one version further afterwards, in the table: read it again, to put it again.
///
/// It is one request: the client of the first action's repository sends it, with that repository's
/// timeout. All tables are of one account and region. Each repository seals with its own sealer.
///
/// # Idempotency
/// A transaction is sent with a token, by which DynamoDB knows it for ten minutes: what the SDK sends
/// again after a lost answer is done once. To try again yourself (after `is_unavailable`, say),
/// [`seal`](Self::seal) it first, and [`commit`](SealedTransaction::commit) the same more than once.
///
/// # Examples
/// ```no_run
/// # use dynacrypt_core::{error::Result, principal::Principal, record::*, repository::*};
/// # async fn demo<Order, Customer>(
/// #     orders: DynamoRepository<Order>, customers: DynamoRepository<Customer>, order: Order,
/// # ) -> Result<()>
/// # where
/// #     Order: Record + Send + Sync + 'static,
/// #     Customer: Record<PartitionKey = String, SortKey = NoSortKey> + Send + Sync + 'static,
/// # {
/// let caller = Principal::owner("user-1"); // from the authenticated request
/// let done = Transaction::new(&caller)
///     .create(&orders, &order)
///     .check(&customers, "user-1", When::new())
///     .commit()
///     .await;
/// match done {
///     Err(error) if error.is_transaction_canceled() => {
///         if let Some(reason) = &error.cancellation_reasons()[1] {
///             println!("the customer: {reason}"); // "no such item"
///         }
///     }
///     other => other?,
/// }
/// # Ok(()) }
/// ```
///
/// # Security
/// Every owner check is made before anything is sealed or sent, and each use of a service is audited.
/// An item that is not the principal's cancels as an absent one does.
#[must_use = "a transaction does nothing until it is committed"]
pub struct Transaction<'a> {
    principal: &'a Principal,
    actions: Vec<Box<dyn Step<'a> + 'a>>,
    token: Option<String>,
}

macro_rules! puts {
    ($($(#[$doc:meta])* $name:ident $when:ident $mode:ident $operation:literal;)*) => {
        impl<'a> Transaction<'a> {$(
            $(#[$doc])*
            pub fn $name<R: Record + Send + Sync + 'static>(
                self,
                repository: &'a DynamoRepository<R>,
                record: &'a R,
            ) -> Self {
                self.$when(repository, record, When::new())
            }

            /// The same, under a condition.
            pub fn $when<R: Record + Send + Sync + 'static>(
                self,
                repository: &'a DynamoRepository<R>,
                record: &'a R,
                when: impl Into<When<R>>,
            ) -> Self {
                let task = Task::Put(record, PutMode::$mode);
                self.with(Action::new(repository, $operation, task, when.into()))
            }
        )*}
    };
}
puts! {
    /// Stores a record, whether or not there is one of the principal's under its key.
    put put_when Either "transact_put";
    /// Stores a record under a key that is not taken.
    create create_when Create "transact_create";
    /// Stores a record in place of the one that is there.
    replace replace_when Replace "transact_replace";
}

impl<'a> Transaction<'a> {
    /// A transaction without actions, for a principal.
    pub fn new(principal: &'a Principal) -> Self {
        Self { principal, actions: Vec::new(), token: None }
    }

    /// Changes some fields of the record under a key, as
    /// [`Repository::update`](super::Repository::update) does.
    pub fn update<R: Record + Send + Sync + 'static>(
        self,
        repository: &'a DynamoRepository<R>,
        key: impl IntoKey<R>,
        update: Update<R>,
    ) -> Self {
        self.update_when(repository, key, update, When::new())
    }

    /// The same, under a condition.
    pub fn update_when<R: Record + Send + Sync + 'static>(
        self,
        repository: &'a DynamoRepository<R>,
        key: impl IntoKey<R>,
        update: Update<R>,
        when: impl Into<When<R>>,
    ) -> Self {
        let task = Task::Update(key.into_key(), update);
        self.with(Action::new(repository, "transact_update", task, when.into()))
    }

    /// Deletes the record under a key, which must be there.
    pub fn delete<R: Record + Send + Sync + 'static>(
        self,
        repository: &'a DynamoRepository<R>,
        key: impl IntoKey<R>,
    ) -> Self {
        self.delete_when(repository, key, When::new())
    }

    /// The same, under a condition.
    pub fn delete_when<R: Record + Send + Sync + 'static>(
        self,
        repository: &'a DynamoRepository<R>,
        key: impl IntoKey<R>,
        when: impl Into<When<R>>,
    ) -> Self {
        let task = Task::Delete(key.into_key());
        self.with(Action::new(repository, "transact_delete", task, when.into()))
    }

    /// Writes nothing, but cancels the transaction unless the record under a key is there and meets
    /// the condition: a [`Condition`](crate::expr::Condition), or a [`When`].
    pub fn check<R: Record + Send + Sync + 'static>(
        self,
        repository: &'a DynamoRepository<R>,
        key: impl IntoKey<R>,
        when: impl Into<When<R>>,
    ) -> Self {
        let task = Task::Check(key.into_key());
        self.with(Action::new(repository, "transact_check", task, when.into()))
    }

    /// Writes nothing, but cancels the transaction if there is anything under a key.
    ///
    /// # Security
    /// As `create`, it tells the owner of a key whether it is taken, by whomever.
    pub fn check_absent<R: Record + Send + Sync + 'static>(
        self,
        repository: &'a DynamoRepository<R>,
        key: impl IntoKey<R>,
    ) -> Self {
        let task = Task::CheckAbsent(key.into_key());
        self.with(Action::new(repository, "transact_check_absent", task, When::new()))
    }

    /// The idempotency token, in place of a random one: 1 to 36 characters.
    ///
    /// A transaction that DynamoDB has done within the last ten minutes under the same token is not
    /// done again, if it is the same to the byte. Sealing a record again gives other bytes:
    /// `is_token_reused` then says that the token's first transaction was done. To send the same
    /// bytes, keep the [`SealedTransaction`].
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    fn with<R: Record + Send + Sync + 'static>(mut self, action: Action<'a, R>) -> Self {
        self.actions.push(Box::new(action));
        self
    }

    /// Checks and seals everything, and writes nothing yet. It reads one thing: where a service sets
    /// a secret of a record whose owner is not part of the key, that owner, to which the secret is
    /// bound.
    ///
    /// # Errors
    /// `is_access_denied` where one of the items is not the principal's; `is_duplicate_key` where two
    /// actions are on the same item; `is_invalid_request` with more than 100 actions, items of more
    /// than 4 MB together, tables of different regions, a token that is none, or an update that changes
    /// nothing or one place twice; `is_invalid_record` and `is_item_too_large`; `is_not_found` where a
    /// service's update has to know the owner of an item that is not there; the key providers'
    /// errors.
    pub async fn seal(self) -> Result<SealedTransaction> {
        let Self { principal, mut actions, token } = self;
        let invalid = |reason| Error::new(ErrorKind::InvalidRequest).with_reason(reason);
        let token = match token {
            Some(token) if (1..=36).contains(&token.chars().count()) => token,
            Some(_) => return Err(invalid("a token has 1 to 36 characters")),
            None => random_token()?,
        };
        if actions.len() > MAX_ACTIONS {
            return Err(invalid("a transaction has 100 actions at most"));
        }
        let mut targets = HashSet::new();
        let mut store: Option<DynamoStore> = None;
        for action in &mut actions {
            let target = action.check(principal)?;
            if !targets.insert(target) {
                return Err(Error::new(ErrorKind::DuplicateKey));
            }
            store = Some(match store {
                Some(store) => store.joined(action.store())?,
                None => action.store().clone(),
            });
        }
        let (mut parts, mut openers) = (Vec::new(), Vec::new());
        let mut len = 0;
        for action in actions {
            let sealed = action.seal().await?;
            len += sealed.len;
            parts.push(sealed.part);
            openers.push(sealed.opener);
        }
        if len > MAX_TRANSACTION_LEN {
            return Err(invalid("the items of a transaction have 4 MB together at most"));
        }
        Ok(SealedTransaction { store, parts, openers, token })
    }

    /// Does everything, or nothing. Without actions, there is nothing to do.
    ///
    /// # Errors
    /// As [`seal`](Self::seal), before anything is sent, and as [`SealedTransaction::commit`].
    pub async fn commit(self) -> Result<()> {
        self.seal().await?.commit().await
    }
}

/// A transaction whose owner checks are made and whose records are sealed: the same bytes, under the
/// same token, however often it is committed.
///
/// # Security
/// It holds no plaintext of an encrypted field.
#[must_use = "a transaction does nothing until it is committed"]
pub struct SealedTransaction {
    /// `None` without actions.
    store: Option<DynamoStore>,
    parts: Vec<WritePart>,
    openers: Vec<Option<Opener>>,
    token: String,
}

impl SealedTransaction {
    /// Does everything, or nothing. Once it was done, doing it again within ten minutes changes
    /// nothing, and is no error.
    ///
    /// # Errors
    /// `is_transaction_canceled`, with [`Error::cancellation_reasons`]; `is_retryable` says whether
    /// another try may succeed. `is_token_reused` where the token was used for another transaction.
    /// `is_throttled` and `is_unavailable` after the SDK's retries; `is_table_not_found`;
    /// `is_insecure_endpoint`. An `is_unavailable` one may have been done.
    pub async fn commit(&self) -> Result<()> {
        let Some(store) = &self.store else { return Ok(()) };
        let (refused, service) = match store.transact_write(&self.parts, &self.token).await {
            Ok(()) => return Ok(()),
            Err(NotCommitted::Failed(error)) => return Err(error),
            Err(NotCommitted::Canceled { reasons, service }) => (reasons, service),
        };
        let mut reasons = Vec::with_capacity(refused.len());
        for (refused, opener) in refused.into_iter().zip(&self.openers) {
            let Some(refused) = refused else {
                reasons.push(None);
                continue;
            };
            let existing = match (refused.existing, opener) {
                (Some(item), Some(open)) => open(item).await,
                _ => None,
            };
            reasons.push(Some(match existing {
                Some(record) => refused.error.with_existing(record),
                None => refused.error,
            }));
        }
        Err(Error::canceled(reasons, service))
    }

    /// The idempotency token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}

fn random_token() -> Result<String> {
    Ok(format!("{:032x}", u128::from_ne_bytes(crypto::random()?)))
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("principal", &self.principal)
            .field(
                "actions",
                &self.actions.iter().map(|action| action.operation()).collect::<Vec<_>>(),
            )
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SealedTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedTransaction")
            .field("actions", &self.parts.len())
            .finish_non_exhaustive()
    }
}
