//! Get. It never opens an item before the owner check, nor one of another key than asked for.

use super::DynamoRepository;
use crate::access;
use crate::error::Result;
use crate::principal::Principal;
use crate::record::{Key, Record};

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
