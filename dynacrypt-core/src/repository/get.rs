//! Get, of a record or a part of it. It never opens an item before the owner check, nor one of another key than asked for.

use super::DynamoRepository;
use crate::access;
use crate::error::Result;
use crate::principal::Principal;
use crate::record::{Key, Projection, Record};

pub(super) async fn get<R: Record>(
    repository: &DynamoRepository<R>,
    principal: &Principal,
    key: Key<R>,
) -> Result<Option<R>> {
    let proof = access::check_key(principal, "get", key)?;
    let expiry = repository.expiry()?;
    match repository.store.get_at(&proof, expiry.as_ref()).await? {
        Some(unopened) => repository.sealer.open_unopened(unopened).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn projection<P: Projection>(
    repository: &DynamoRepository<P::Record>,
    principal: &Principal,
    key: Key<P::Record>,
) -> Result<Option<P>> {
    let proof = access::check_key(principal, "get", key)?;
    let expiry = repository.expiry()?;
    let old = repository.sealer.old_attributes(P::Record::SCHEMA);
    let mut attributes: Vec<&str> = P::attributes();
    attributes.extend(old.iter().map(String::as_str));
    let unopened = repository.store.get_part(&proof, &attributes, expiry.as_ref()).await?;
    match unopened {
        Some(unopened) => repository.sealer.project_unopened(unopened).await.map(Some),
        None => Ok(None),
    }
}
