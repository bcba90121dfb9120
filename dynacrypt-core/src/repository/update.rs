//! Update. It never reads what it updates, but for the owner where a service seals for one, and while
//! old forms are read; and never creates an item, nor touches another owner's.

use std::fmt;
use std::marker::PhantomData;

use super::DynamoRepository;
use super::asked::Asked;
use crate::access::{self, OwnerProof};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Condition, Update};
use crate::principal::Principal;
use crate::record::{Attributes, FieldKind, HEADER_ATTRIBUTE, Key, Record};
use crate::sealed::Unopened;
use crate::store::{Reseal, Resealed, Returns, Terms, Write};

/// How often an item in its old form is read that others keep changing.
const SETTLE_ATTEMPTS: u32 = 8;

/// An update that is being put together; [`send`](Self::send) sends it. Made by
/// [`DynamoRepository::update_request`].
///
/// `Out` is what sending gives: nothing, or the record as
/// [`returning_new`](Self::returning_new) and [`returning_old`](Self::returning_old) say.
///
/// # Examples
/// ```no_run
/// # extern crate dynacrypt_core as dynacrypt;
/// # use dynacrypt::{error::Result, expr::Update, principal::Principal, record::Record, repository::*, secret::Secret};
/// # use dynacrypt_derive::Record;
/// #[derive(Record)]
/// #[dynacrypt(table = "orders")]
/// struct Order {
///     #[dynacrypt(partition_key, owner)]
///     user_id: String,
///     status: String,
///     #[encrypted]
///     card: Option<Secret<String>>,
/// }
///
/// # async fn demo(orders: DynamoRepository<Order>, caller: Principal) -> Result<()> {
/// let order = Order::columns();
/// let paid = Update::new().set(order.status, "paid").remove(order.card);
/// let order: Order = orders
///     .update_request(&caller, "user-1", paid)
///     .condition(order.status.eq("open"))
///     .returning_new()
///     .send()
///     .await?;
/// # let _ = order;
/// # Ok(()) }
/// ```
#[must_use = "a request does nothing until it is sent"]
pub struct UpdateRequest<'a, R, Out = ()> {
    repository: &'a DynamoRepository<R>,
    principal: &'a Principal,
    key: Key<R>,
    update: Update<R>,
    returns: Returns,
    asked: Asked<R>,
    out: PhantomData<fn() -> Out>,
}

impl<'a, R: Record> UpdateRequest<'a, R> {
    pub(super) fn new(
        repository: &'a DynamoRepository<R>,
        principal: &'a Principal,
        key: Key<R>,
        update: Update<R>,
    ) -> Self {
        let asked = Asked::default();
        let returns = Returns::Nothing;
        Self { repository, principal, key, update, returns, asked, out: PhantomData }
    }

    /// Gives the record as it is after the update. If it does not open, the update has happened all
    /// the same.
    pub fn returning_new(self) -> UpdateRequest<'a, R, R> {
        self.returning(Returns::New)
    }

    /// Gives the record as it was before the update. If it does not open, the update has happened
    /// all the same.
    pub fn returning_old(self) -> UpdateRequest<'a, R, R> {
        self.returning(Returns::Old)
    }

    fn returning(self, returns: Returns) -> UpdateRequest<'a, R, R> {
        let Self { repository, principal, key, update, asked, .. } = self;
        UpdateRequest { repository, principal, key, update, returns, asked, out: PhantomData }
    }
}

impl<R: Record, Out> UpdateRequest<'_, R, Out> {
    /// Only where the item meets this condition. Several are joined by `and`.
    pub fn condition(mut self, condition: Condition<R>) -> Self {
        self.asked.condition(condition);
        self
    }

    /// Only where the item has this version. 0: none yet, as items that were stored before the record
    /// had a `version` field.
    pub fn expect_version(mut self, version: u64) -> Self {
        self.asked.terms.version = Some(version);
        self
    }

    /// A conflict tells the caller's own item that stood against it:
    /// [`Error::existing`](crate::error::Error::existing). One that does not open is left out.
    pub fn return_existing(mut self) -> Self
    where
        R: Send + Sync + 'static,
    {
        self.asked.existing();
        self
    }

    pub(super) async fn write(self) -> Result<(OwnerProof<R>, Option<Attributes>)> {
        let Self { repository, principal, key, update, returns, asked, .. } = self;
        let proof = access::check_key(principal, "update", key)?;
        let (proof, write) = prepare(repository, proof, update, &asked.terms).await?;
        match repository.store.write(write, returns).await {
            Ok(item) => Ok((proof, item)),
            Err(refused) => Err(asked.explain(repository, proof.key(), refused).await),
        }
    }
}

impl<R: Record> UpdateRequest<'_, R> {
    /// Sends it.
    ///
    /// # Errors
    /// As [`update`](super::Repository::update); `is_condition_failed` and `is_version_conflict`
    /// where what the request demands does not hold.
    pub async fn send(self) -> Result<()> {
        self.write().await.map(drop)
    }
}

#[expect(clippy::mismatching_type_param_order, reason = "it gives the record")]
impl<R: Record> UpdateRequest<'_, R, R> {
    /// Sends it.
    ///
    /// # Errors
    /// As the request without a returned record; and as [`get`](super::Repository::get) where the
    /// record that is returned does not open, though the update has happened.
    pub async fn send(self) -> Result<R> {
        let repository = self.repository;
        let (proof, item) = self.write().await?;
        let item = item.ok_or_else(|| {
            Error::new(ErrorKind::Service).with_reason("the updated item was not returned")
        })?;
        repository.sealer.open_unopened(Unopened::new(proof.key().clone(), item)).await
    }
}

/// The write of an update, its secrets sealed: for a request of its own or a part of a transaction.
pub(super) async fn prepare<R: Record>(
    repository: &DynamoRepository<R>,
    mut proof: OwnerProof<R>,
    update: Update<R>,
    terms: &Terms<R>,
) -> Result<(OwnerProof<R>, Write)> {
    let mut actions = update.actions;
    actions.check(R::SCHEMA)?;
    let old = |spec| repository.sealer.old_attributes_of(R::SCHEMA, spec);
    actions.forget = actions.sealed(R::SCHEMA).flat_map(old).collect();
    let touches_sealed = actions.touch_sealed(R::SCHEMA);
    let secrets = actions.take_secrets();
    if !secrets.is_empty() {
        proof = of_known_owner(repository, proof).await?;
    }
    if touches_sealed {
        settle(repository, &proof).await?;
    }
    let owner = proof.stored_owner().map(|(_, owner)| owner.clone());
    let fields = repository.sealer.seal_fields(proof.key(), owner, secrets).await?;
    let write = Write::update(&proof, actions, fields, repository.stamp()?, terms)?;
    Ok((proof, write))
}

/// Seals an item that is still in its old form, where the sealer reads that: a secret is set alone in
/// sealed items only. Whoever writes in between wins, and the item is looked at again.
async fn settle<R: Record>(repository: &DynamoRepository<R>, proof: &OwnerProof<R>) -> Result<()> {
    let DynamoRepository { store, sealer, .. } = repository;
    if !sealer.replaces_old(R::SCHEMA) {
        return Ok(());
    }
    let old = sealer.old_attributes(R::SCHEMA);
    for _ in 0..SETTLE_ATTEMPTS {
        let Some(item) = store.current(proof).await? else { return Ok(()) };
        if item.contains_key(HEADER_ATTRIBUTE) {
            return Ok(());
        }
        let sealed = sealer.seal_again::<R>(item.clone()).await?;
        let write = Reseal::new(&item, sealed, &old)?;
        if let Resealed::Done(_) = store.reseal_own(proof, &write).await? {
            return Ok(());
        }
    }
    Err(Error::new(ErrorKind::VersionConflict))
}

/// The proof for an item whose owner is known, since a secret is bound to it. A service that does
/// not ask for an owner learns it from the item; the update then holds for this owner alone.
async fn of_known_owner<R: Record>(
    repository: &DynamoRepository<R>,
    proof: OwnerProof<R>,
) -> Result<OwnerProof<R>> {
    let outside_key =
        R::SCHEMA.owner().is_some_and(|spec| matches!(spec.kind(), FieldKind::Owner(_)));
    if !outside_key || proof.stored_owner().is_some() {
        return Ok(proof);
    }
    match repository.store.owner(&proof).await? {
        Some(owner) => Ok(proof.narrowed_to(owner)),
        None => Err(Error::new(ErrorKind::NotFound)),
    }
}

impl<R: Record, Out> fmt::Debug for UpdateRequest<'_, R, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateRequest")
            .field("record", &R::SCHEMA.record())
            .field("returns", &self.returns)
            .finish_non_exhaustive()
    }
}
