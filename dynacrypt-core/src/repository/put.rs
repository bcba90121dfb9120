//! Put, create, replace. It never seals, and so never asks for a key, before the owner check.

use super::DynamoRepository;
use crate::access;
use crate::error::Result;
use crate::item;
use crate::principal::Principal;
use crate::record::Record;
use crate::store::{PutMode, Terms};

/// Which put, and its name in audit events.
pub(super) struct Put {
    name: &'static str,
    mode: PutMode,
}

impl Put {
    pub(super) const EITHER: Self = Self { name: "put", mode: PutMode::Either };
    pub(super) const CREATE: Self = Self { name: "create", mode: PutMode::Create };
    pub(super) const REPLACE: Self = Self { name: "replace", mode: PutMode::Replace };
}

pub(super) async fn put<R: Record + Sync>(
    repository: &DynamoRepository<R>,
    principal: &Principal,
    record: &R,
    put: Put,
) -> Result<()> {
    let (key, owner) = item::identity(record)?;
    let proof = access::check_record(principal, put.name, key, owner.as_ref())?;
    let sealed = repository.sealer.seal(record).await?;
    let stored = repository.store.put(proof, sealed, put.mode, &Terms::NONE).await;
    stored.map_err(|refused| refused.error)
}
