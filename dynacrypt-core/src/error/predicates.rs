//! What kind an error is, as questions: they stay when kinds are added. It never looks at anything but
//! the kind.

use super::{Error, ErrorKind};

impl Error {
    /// Whether the principal was refused before anything was looked up.
    #[must_use]
    pub fn is_access_denied(&self) -> bool {
        self.kind() == ErrorKind::AccessDenied
    }

    /// Whether there was nothing that the principal may replace.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Whether the item that is there, or is not, stood against the write: the key is taken, a
    /// condition did not hold, or the version is another.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Conflict | ErrorKind::ConditionFailed | ErrorKind::VersionConflict
        )
    }

    /// Whether a condition that was set on the write did not hold. Also
    /// [`is_conflict`](Self::is_conflict).
    #[must_use]
    pub fn is_condition_failed(&self) -> bool {
        self.kind() == ErrorKind::ConditionFailed
    }

    /// Whether the item is not of the version that the write expected. Also
    /// [`is_conflict`](Self::is_conflict).
    #[must_use]
    pub fn is_version_conflict(&self) -> bool {
        self.kind() == ErrorKind::VersionConflict
    }

    /// Whether a transaction was at the item, so that nothing was written; or whether another write or
    /// transaction was at an item of this one. The same call may succeed later.
    #[must_use]
    pub fn is_transaction_conflict(&self) -> bool {
        self.kind() == ErrorKind::TransactionConflict
            || self.cancellation_reasons().iter().flatten().any(Self::is_transaction_conflict)
    }

    /// Whether plaintext was found where ciphertext must be.
    #[must_use]
    pub fn is_not_sealed(&self) -> bool {
        self.kind() == ErrorKind::NotSealed
    }

    /// Whether the value was not in the legacy format that it was to be read in.
    #[must_use]
    pub fn is_not_legacy(&self) -> bool {
        self.kind() == ErrorKind::NotLegacy
    }

    /// Whether the item did not authenticate.
    #[must_use]
    pub fn is_decrypt(&self) -> bool {
        self.kind() == ErrorKind::Decrypt
    }

    /// Whether a value of the record cannot be stored.
    #[must_use]
    pub fn is_invalid_record(&self) -> bool {
        self.kind() == ErrorKind::InvalidRecord
    }

    /// Whether an item that authenticated does not have the record's shape.
    #[must_use]
    pub fn is_invalid_item(&self) -> bool {
        self.kind() == ErrorKind::InvalidItem
    }

    /// Whether a stream record was refused before anything was opened.
    #[must_use]
    pub fn is_invalid_change(&self) -> bool {
        self.kind() == ErrorKind::InvalidChange
    }

    /// Whether the item is of another record type.
    #[must_use]
    pub fn is_other_record(&self) -> bool {
        self.kind() == ErrorKind::OtherRecord
    }

    /// Whether a page token was refused: changed, of another principal, or for another query.
    #[must_use]
    pub fn is_invalid_token(&self) -> bool {
        self.kind() == ErrorKind::InvalidToken
    }

    /// Whether the item is over DynamoDB's 400 KB.
    #[must_use]
    pub fn is_item_too_large(&self) -> bool {
        self.kind() == ErrorKind::ItemTooLarge
    }

    /// Whether DynamoDB or KMS asked to slow down.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.kind() == ErrorKind::Throttled
    }

    /// Whether DynamoDB or KMS could not be reached, timed out or failed inside. A write may or may
    /// not have happened.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.kind() == ErrorKind::Unavailable
    }

    /// Whether the use of the wrapping key was refused.
    #[must_use]
    pub fn is_key_access_denied(&self) -> bool {
        self.kind() == ErrorKind::KeyAccessDenied
    }

    /// Whether the wrapping key is disabled or pending deletion.
    #[must_use]
    pub fn is_key_disabled(&self) -> bool {
        self.kind() == ErrorKind::KeyDisabled
    }

    /// Whether the wrapping key does not exist.
    #[must_use]
    pub fn is_key_not_found(&self) -> bool {
        self.kind() == ErrorKind::KeyNotFound
    }

    /// Whether what was given as a wrapping key cannot be used as one.
    #[must_use]
    pub fn is_invalid_key(&self) -> bool {
        self.kind() == ErrorKind::InvalidKey
    }

    /// Whether this sealer was built only to read, or only to write.
    #[must_use]
    pub fn is_not_capable(&self) -> bool {
        self.kind() == ErrorKind::NotCapable
    }

    /// Whether the endpoint was refused because it is plain HTTP and not on this machine.
    #[must_use]
    pub fn is_insecure_endpoint(&self) -> bool {
        self.kind() == ErrorKind::InsecureEndpoint
    }

    /// Whether the table does not exist.
    #[must_use]
    pub fn is_table_not_found(&self) -> bool {
        self.kind() == ErrorKind::TableNotFound
    }

    /// Whether the request makes no sense as it was put together.
    #[must_use]
    pub fn is_invalid_request(&self) -> bool {
        self.kind() == ErrorKind::InvalidRequest
    }

    /// Whether one request names a key twice.
    #[must_use]
    pub fn is_duplicate_key(&self) -> bool {
        self.kind() == ErrorKind::DuplicateKey
    }

    /// Whether a policy, or what it was to be made from, is not valid.
    #[must_use]
    pub fn is_invalid_policy(&self) -> bool {
        self.kind() == ErrorKind::InvalidPolicy
    }

    /// Whether the idempotency token was used for a transaction of other contents.
    #[must_use]
    pub fn is_token_reused(&self) -> bool {
        self.kind() == ErrorKind::TokenReused
    }

    /// Whether another runner has the job, and its lease is not over.
    #[must_use]
    pub fn is_job_held(&self) -> bool {
        self.kind() == ErrorKind::JobHeld
    }

    /// Whether the same call may succeed later: throttled, unavailable, or a transaction was at the
    /// item; or a transaction that was canceled for such reasons alone.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let mut reasons = self.cancellation_reasons().iter().flatten().peekable();
        matches!(
            self.kind(),
            ErrorKind::Throttled | ErrorKind::Unavailable | ErrorKind::TransactionConflict
        ) || (reasons.peek().is_some() && reasons.all(Self::is_retryable))
    }
}
