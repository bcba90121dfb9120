//! What the caller asks of a write beside the write itself, and how its refusal is told. It never
//! shows an item that is not the caller's.

use std::any::Any;
use std::sync::Arc;

use super::DynamoRepository;
use crate::error::Error;
use crate::expr::Condition;
use crate::record::{Key, Record};
use crate::sealed::Unopened;
use crate::store::{Refused, Terms};

/// Puts a record into an error.
type Keep<R> = fn(R) -> Arc<dyn Any + Send + Sync>;

pub(super) struct Asked<R> {
    pub(super) terms: Terms<R>,
    keep: Option<Keep<R>>,
}

impl<R> Default for Asked<R> {
    fn default() -> Self {
        Self { terms: Terms::NONE, keep: None }
    }
}

impl<R: Record> Asked<R> {
    pub(super) fn condition(&mut self, condition: Condition<R>) {
        self.terms.demand(condition);
    }

    pub(super) fn existing(&mut self)
    where
        R: Send + Sync + 'static,
    {
        self.terms.return_existing = true;
        self.keep = Some(|record| Arc::new(record));
    }

    /// The error of a refused write, with the caller's own item where it was asked for and opens.
    pub(super) async fn explain(
        &self,
        repository: &DynamoRepository<R>,
        key: &Key<R>,
        Refused { error, existing }: Refused,
    ) -> Error {
        let (Some(keep), Some(item)) = (self.keep, existing) else { return error };
        let unopened = Unopened::new(key.clone(), item);
        match repository.sealer.open_unopened(unopened).await {
            Ok(record) => error.with_existing(keep(record)),
            Err(_) => error,
        }
    }
}
