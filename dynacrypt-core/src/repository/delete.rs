//! Delete. It never reads the item, and never removes another owner's.

use super::DynamoRepository;
use crate::access;
use crate::error::Result;
use crate::principal::Principal;
use crate::record::{Key, Record};

pub(super) async fn delete<R: Record>(
    repository: &DynamoRepository<R>,
    principal: &Principal,
    key: Key<R>,
) -> Result<bool> {
    let proof = access::check_key(principal, "delete", key)?;
    repository.store.delete(proof).await
}
