//! What a job works with: a repository, the proof that a service asked, and patience. It never gives
//! up at the first throttling, and never goes on when patience is at its end.

use std::future::Future;

use crate::access::ServiceProof;
use crate::error::Result;
use crate::record::{FieldSpec, Record};
use crate::repository::DynamoRepository;
use crate::seal::Sealer;
use crate::store::DynamoStore;

pub(super) struct Worker<'a, R> {
    pub(super) repository: &'a DynamoRepository<R>,
    pub(super) proof: ServiceProof,
    sealer: Sealer,
}

impl<'a, R: Record> Worker<'a, R> {
    pub(super) fn new(repository: &'a DynamoRepository<R>, proof: ServiceProof) -> Self {
        // An event for each field of a table would be all that there is in the log.
        Self { repository, proof, sealer: repository.sealer().untold() }
    }

    pub(super) fn store(&self) -> &DynamoStore {
        self.repository.store()
    }

    pub(super) fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Calls again what is throttled or unavailable, as often as the repository's backoff says.
    pub(super) async fn patiently<T, F>(&self, mut call: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let backoff = self.repository.backoff();
        let mut tried = 1;
        loop {
            match call().await {
                Err(error) if error.is_retryable() && tried < backoff.attempts() => {
                    backoff.wait(tried).await;
                    tried += 1;
                }
                answer => return answer,
            }
        }
    }
}

/// Names of the key attributes of a record.
pub(super) fn key_names<R: Record>() -> Vec<&'static str> {
    let keys = [R::SCHEMA.partition_key(), R::SCHEMA.sort_key()];
    keys.into_iter().flatten().map(FieldSpec::name).collect()
}
