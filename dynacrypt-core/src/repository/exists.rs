//! Exists. It never opens the item and needs no key.

use super::DynamoRepository;
use crate::access;
use crate::error::Result;
use crate::principal::Principal;
use crate::record::{Key, Record};

pub(super) async fn exists<R: Record>(
    repository: &DynamoRepository<R>,
    principal: &Principal,
    key: Key<R>,
) -> Result<bool> {
    let proof = access::check_key(principal, "exists", key)?;
    let expiry = repository.expiry()?;
    repository.store.exists_at(&proof, expiry.as_ref()).await
}
