//! One action of a transaction, whatever its record type: check, then seal. It never sends anything.

use std::any::Any;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::super::{DynamoRepository, update};
use super::when::When;
use crate::access::{self, OwnerProof};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Update;
use crate::item;
use crate::principal::Principal;
use crate::record::{Attributes, Key, Record};
use crate::sealed::Unopened;
use crate::store::{DynamoStore, PutMode, Target, Terms, Write, WritePart};

/// What an action does.
pub(super) enum Task<'a, R> {
    Put(&'a R, PutMode),
    Update(Key<R>, Update<R>),
    Delete(Key<R>),
    Check(Key<R>),
    CheckAbsent(Key<R>),
}

/// An action, on its way: the proof comes with the check.
pub(super) struct Action<'a, R> {
    repository: &'a DynamoRepository<R>,
    operation: &'static str,
    task: Task<'a, R>,
    terms: Terms<R>,
    proof: Option<OwnerProof<R>>,
}

/// Opens the caller's own item that stood against an action; `None` where it does not open.
pub(super) type Opener =
    Box<dyn Fn(Attributes) -> BoxFuture<'static, Option<Arc<dyn Any + Send + Sync>>> + Send + Sync>;

/// An action that can be sent.
pub(super) struct SealedAction {
    pub(super) part: WritePart,
    /// Bytes of the item it stores.
    pub(super) len: usize,
    /// Where the existing item was asked for.
    pub(super) opener: Option<Opener>,
}

/// An action of any record type.
pub(super) trait Step<'a>: Send {
    /// Its name in audit events.
    fn operation(&self) -> &'static str;

    /// The store of its table.
    fn store(&self) -> &DynamoStore;

    /// The owner check. Gives the item that the action is on.
    fn check(&mut self, principal: &Principal) -> Result<Target>;

    /// Seals what is stored. Refused without a check before.
    fn seal(self: Box<Self>) -> BoxFuture<'a, Result<SealedAction>>;
}

impl<'a, R> Action<'a, R> {
    pub(super) fn new(
        repository: &'a DynamoRepository<R>,
        operation: &'static str,
        task: Task<'a, R>,
        when: When<R>,
    ) -> Self {
        Self { repository, operation, task, terms: when.terms, proof: None }
    }
}

impl<'a, R: Record + Send + Sync + 'static> Step<'a> for Action<'a, R> {
    fn operation(&self) -> &'static str {
        self.operation
    }

    fn store(&self) -> &DynamoStore {
        &self.repository.store
    }

    fn check(&mut self, principal: &Principal) -> Result<Target> {
        let proof = match &self.task {
            Task::Put(record, _) => {
                let (key, owner) = item::identity(*record)?;
                access::check_record(principal, self.operation, key, owner.as_ref())?
            }
            Task::Update(key, update) => {
                update.actions.check(R::SCHEMA)?;
                access::check_key(principal, self.operation, key.clone())?
            }
            Task::Delete(key) | Task::Check(key) | Task::CheckAbsent(key) => {
                access::check_key(principal, self.operation, key.clone())?
            }
        };
        let target = self.repository.store.target(&proof);
        self.proof = Some(proof);
        Ok(target)
    }

    fn seal(self: Box<Self>) -> BoxFuture<'a, Result<SealedAction>> {
        Box::pin(async move {
            let Self { repository, task, terms, proof, .. } = *self;
            let mut proof = proof.ok_or_else(|| Error::new(ErrorKind::AccessDenied))?;
            let write = match task {
                Task::Put(record, mode) => {
                    let sealed =
                        repository.sealer.seal_stamped(record, Some(repository.stamp()?)).await?;
                    Write::put(&proof, sealed, mode, &terms)?
                }
                Task::Update(_, changes) => {
                    let (known, write) =
                        update::prepare(repository, proof, changes, &terms).await?;
                    proof = known;
                    write
                }
                Task::Delete(_) => Write::delete(&proof, &terms)?,
                Task::Check(_) => Write::check(&proof, &terms)?,
                Task::CheckAbsent(_) => Write::check_absent(&proof)?,
            };
            let len = write.item_len();
            let part = repository.store.write_part(write)?;
            let opener = terms.return_existing.then(|| opener(repository, proof.key().clone()));
            Ok(SealedAction { part, len, opener })
        })
    }
}

fn opener<R: Record + Send + Sync + 'static>(
    repository: &DynamoRepository<R>,
    key: Key<R>,
) -> Opener {
    let sealer = repository.sealer.clone();
    Box::new(move |item| {
        let (sealer, unopened) = (sealer.clone(), Unopened::new(key.clone(), item));
        Box::pin(async move {
            let record: R = sealer.open_unopened(unopened).await.ok()?;
            Some(Arc::new(record) as Arc<dyn Any + Send + Sync>)
        })
    })
}
