//! Why a transaction was canceled, action by action. It never holds a value, nor a text of
//! DynamoDB's.

use std::error::Error as StdError;
use std::fmt;

use super::{Error, ErrorKind, ServiceError};

/// The source of an error of kind [`ErrorKind::TransactionCanceled`]: what DynamoDB said of each
/// action, in the order of the actions.
#[derive(Debug)]
pub(super) struct Canceled {
    pub(super) reasons: Vec<Option<Error>>,
    pub(super) service: ServiceError,
}

impl fmt::Display for Canceled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.service)?;
        for (place, reason) in self.reasons.iter().enumerate() {
            if let Some(reason) = reason {
                write!(f, "; action {place}: {reason}")?;
            }
        }
        Ok(())
    }
}

impl StdError for Canceled {}

impl Error {
    /// A canceled transaction, with an error for each action that stood against it.
    pub(crate) fn canceled(reasons: Vec<Option<Self>>, service: ServiceError) -> Self {
        Self::new(ErrorKind::TransactionCanceled).with_source(Canceled { reasons, service })
    }

    /// Why a transaction was canceled: for each action, in their order, `None` where nothing was
    /// wrong with it, or the error that the same operation would give on its own. Empty where this
    /// is not about a canceled transaction.
    ///
    /// | error of an action | meaning |
    /// |---|---|
    /// | `is_not_found` | nothing there that is the principal's |
    /// | `is_conflict` | the key is taken, a condition did not hold, or the version is another; [`existing`](Self::existing) where it was asked for |
    /// | `is_transaction_conflict` | another write or transaction was at the item |
    /// | `is_throttled` | the table's throughput is used up |
    /// | `is_item_too_large` | the item collection, or the item, would be too large |
    /// | another | see its [`service_error`](Self::service_error): `ValidationError` where an update does not fit the item |
    #[must_use]
    pub fn cancellation_reasons(&self) -> &[Option<Self>] {
        self.canceled_source().map_or(&[], |canceled| &canceled.reasons)
    }

    /// Whether a transaction was canceled: nothing of it was done.
    #[must_use]
    pub fn is_transaction_canceled(&self) -> bool {
        self.kind() == ErrorKind::TransactionCanceled
    }

    pub(super) fn canceled_source(&self) -> Option<&Canceled> {
        self.0.source.as_deref().and_then(|source| source.downcast_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canceled(kinds: &[Option<ErrorKind>]) -> Error {
        let service = ServiceError::new(
            "dynamodb:TransactWriteItems",
            Some("TransactionCanceledException"),
            Some("R-1"),
        );
        Error::canceled(kinds.iter().map(|kind| kind.map(Error::new)).collect(), service)
    }

    #[test]
    fn reasons_are_in_order_and_shown_by_kind() {
        let error = canceled(&[None, Some(ErrorKind::NotFound), Some(ErrorKind::ConditionFailed)]);
        assert!(error.is_transaction_canceled() && !error.is_conflict());
        let kinds: Vec<_> = error
            .cancellation_reasons()
            .iter()
            .map(|reason| reason.as_ref().map(Error::kind))
            .collect();
        assert_eq!(kinds, [None, Some(ErrorKind::NotFound), Some(ErrorKind::ConditionFailed)]);
        assert_eq!(
            error.source().unwrap().to_string(),
            "dynamodb:TransactWriteItems: TransactionCanceledException (request R-1); \
             action 1: no such item; action 2: a condition did not hold"
        );
        assert_eq!(error.service_error().and_then(ServiceError::request_id), Some("R-1"));
        assert!(Error::new(ErrorKind::Service).cancellation_reasons().is_empty());
    }

    #[test]
    fn only_passing_reasons_are_worth_another_try() {
        use ErrorKind::{ConditionFailed, Throttled, TransactionConflict};
        for (kinds, conflict, retryable) in [
            (&[None, Some(TransactionConflict)][..], true, true),
            (&[Some(Throttled), None], false, true),
            (&[Some(Throttled), Some(TransactionConflict)], true, true),
            (&[Some(ConditionFailed), Some(TransactionConflict)], true, false),
            (&[Some(ConditionFailed)], false, false),
            (&[None], false, false),
            (&[], false, false),
        ] {
            let error = canceled(kinds);
            assert_eq!(error.is_transaction_conflict(), conflict, "{kinds:?}");
            assert_eq!(error.is_retryable(), retryable, "{kinds:?}");
        }
    }
}
