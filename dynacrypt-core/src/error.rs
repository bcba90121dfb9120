//! The one error of the crate: a kind, a field where there is one, a reason of ours. It never holds
//! a value of the user's and never another library's text, because serde's, DynamoDB's and KMS's
//! texts quote values.

mod canceled;
mod predicates;
mod service;

use std::any::Any;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

pub use service::ServiceError;

/// What this crate's operations return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation failed, in the form programs match on.
///
/// New kinds may appear in any release; prefer the predicates of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The principal does not own what it asked for. Decided before anything is looked up.
    AccessDenied,
    /// Nothing there that the principal may replace. Says the same for an absent item and another
    /// owner's.
    NotFound,
    /// The key is taken.
    Conflict,
    /// A condition that was set on the write did not hold.
    ConditionFailed,
    /// The item is not of the version that the write expected: it changed, or went, since it was
    /// read.
    VersionConflict,
    /// A transaction was at the item. Nothing was written.
    TransactionConflict,
    /// A transaction was canceled, and nothing of it done: see
    /// [`Error::cancellation_reasons`].
    TransactionCanceled,
    /// The item, or an attribute that must be ciphertext, is not sealed. It is never read as
    /// plaintext instead.
    NotSealed,
    /// The value is not in the legacy format that it was to be read in. It is never read as
    /// plaintext instead.
    NotLegacy,
    /// The item did not authenticate: another key, place, owner or bound attribute, or changed
    /// bytes. Carries no reason.
    Decrypt,
    /// A value of the record cannot be stored.
    InvalidRecord,
    /// An item that authenticated does not have the record's shape.
    InvalidItem,
    /// A page token is not one, or was given to another principal or for another query. Carries no
    /// reason.
    InvalidToken,
    /// A stream record is not a change of the expected table, or lacks what it must have. Decided
    /// before anything is opened.
    InvalidChange,
    /// The item is of another record type, by its key or its `entity` attribute. Decided before
    /// anything is opened.
    OtherRecord,
    /// The item is over DynamoDB's 400 KB.
    ItemTooLarge,
    /// DynamoDB or KMS asked to slow down, after the SDK's own retries.
    Throttled,
    /// DynamoDB or KMS could not be reached, timed out or failed inside. A write may or may not
    /// have happened.
    Unavailable,
    /// KMS, or IAM before it, refused the use of the wrapping key.
    KeyAccessDenied,
    /// The wrapping key is disabled or pending deletion.
    KeyDisabled,
    /// The wrapping key does not exist.
    KeyNotFound,
    /// The key provider was given something that is not a usable key.
    InvalidKey,
    /// This sealer was built without the capability: it only reads, or only writes.
    NotCapable,
    /// The endpoint is plain HTTP and not on this machine.
    InsecureEndpoint,
    /// The table does not exist.
    TableNotFound,
    /// A policy, or what it is to be made from, is not valid: an ARN, a schema document, a JSON text.
    InvalidPolicy,
    /// The operating system gave no randomness.
    Randomness,
    /// The request makes no sense as it was put together, whatever the table holds. Decided before
    /// anything is sent.
    InvalidRequest,
    /// One request names a key twice. Decided before anything is sent.
    DuplicateKey,
    /// Another runner has the job, and its lease is not over.
    JobHeld,
    /// The idempotency token was used for a transaction of other contents, within ten minutes.
    TokenReused,
    /// Another answer of DynamoDB's or KMS's; see [`Error::service_error`].
    Service,
}

impl ErrorKind {
    const fn describe(self) -> &'static str {
        match self {
            Self::AccessDenied => "access denied",
            Self::NotFound => "no such item",
            Self::Conflict => "an item with this key exists",
            Self::ConditionFailed => "a condition did not hold",
            Self::VersionConflict => "the item changed since it was read",
            Self::TransactionConflict => "a transaction was at the item",
            Self::TransactionCanceled => "the transaction was canceled",
            Self::NotSealed => "item is not sealed",
            Self::NotLegacy => "value is not in the legacy format",
            Self::Decrypt => "item could not be opened",
            Self::InvalidRecord => "record cannot be stored",
            Self::InvalidItem => "item does not match the record",
            Self::InvalidToken => "page token is not valid",
            Self::InvalidChange => "stream record is not a change of this table",
            Self::OtherRecord => "item is of another record type",
            Self::ItemTooLarge => "item is larger than 400 KB",
            Self::Throttled => "request was throttled",
            Self::Unavailable => "service is unavailable",
            Self::KeyAccessDenied => "use of the wrapping key was denied",
            Self::KeyDisabled => "wrapping key is disabled",
            Self::KeyNotFound => "wrapping key does not exist",
            Self::InvalidKey => "wrapping key is not usable",
            Self::NotCapable => "sealer lacks this capability",
            Self::InsecureEndpoint => "endpoint is plain http and not on this machine",
            Self::TableNotFound => "table does not exist",
            Self::InvalidPolicy => "policy or its input is not valid",
            Self::Randomness => "operating system gave no randomness",
            Self::InvalidRequest => "request cannot be sent",
            Self::DuplicateKey => "request names a key twice",
            Self::JobHeld => "another runner has the job",
            Self::TokenReused => "the token was used for another transaction",
            Self::Service => "service refused the request",
        }
    }
}

/// Where in a record an error happened.
#[derive(Debug, Clone, PartialEq, Eq)]
struct At {
    attribute: &'static str,
    rust_type: &'static str,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    at: Option<At>,
    reason: Option<Cow<'static, str>>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    existing: Option<Arc<dyn Any + Send + Sync>>,
}

/// What went wrong: a [kind](ErrorKind), the attribute and Rust type it happened at, a reason.
///
/// # Security
/// Neither `Display` nor `Debug` ever shows a value, a key or ciphertext.
/// [`Decrypt`](ErrorKind::Decrypt) carries no reason and no source. Texts of AWS's are withheld,
/// because they can echo whole items; their code and request id are kept in [`ServiceError`].
///
/// # Examples
/// ```
/// use dynacrypt_core::error::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::KeyNotFound).with_reason("no key file configured");
/// assert!(error.is_key_not_found());
/// assert_eq!(error.to_string(), "wrapping key does not exist: no key file configured");
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

impl Error {
    /// An error of this kind. For implementors of key providers and scalar types.
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Arc::new(Inner { kind, at: None, reason: None, source: None, existing: None }))
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        change(&mut inner);
        Self(Arc::new(inner))
    }

    /// Adds a fixed reason. It is `'static` so that no value can get into it.
    #[must_use]
    pub fn with_reason(self, reason: &'static str) -> Self {
        self.with_composed_reason(Cow::Borrowed(reason))
    }

    /// Adds the error that caused this one.
    ///
    /// # Security
    /// The source is shown by error reporters: hand over only what quotes no value.
    #[must_use]
    pub fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.with(|inner| inner.source = Some(Arc::new(source)))
    }

    /// A reason put together from names, types and counts. Never pass a value of the user's.
    pub(crate) fn with_composed_reason(self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.with(|inner| inner.reason = Some(reason.into()))
    }

    /// Says which attribute, and which Rust type, this happened at.
    pub(crate) fn at(self, attribute: &'static str, rust_type: &'static str) -> Self {
        self.with(|inner| inner.at = Some(At { attribute, rust_type }))
    }

    /// Adds the caller's own item that failed a condition, as it is in the table.
    pub(crate) fn with_existing(self, record: Arc<dyn Any + Send + Sync>) -> Self {
        self.with(|inner| inner.existing = Some(record))
    }

    /// The kind, to match on.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The attribute name (as in the table) this happened at, where it happened at one.
    #[must_use]
    pub fn attribute(&self) -> Option<&'static str> {
        self.0.at.as_ref().map(|at| at.attribute)
    }

    /// What DynamoDB or KMS answered, where one of them answered.
    #[must_use]
    pub fn service_error(&self) -> Option<&ServiceError> {
        let source = self.0.source.as_deref()?;
        source.downcast_ref().or_else(|| self.canceled_source().map(|canceled| &canceled.service))
    }

    /// The caller's own item that stood against the write, where the request asked for it by
    /// `return_existing` and it opened.
    ///
    /// # Security
    /// The error's `Display` and `Debug` show nothing of it.
    #[must_use]
    pub fn existing<R: 'static>(&self) -> Option<&R> {
        self.0.existing.as_deref()?.downcast_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.describe())?;
        if let Some(At { attribute, rust_type }) = &self.0.at {
            write!(f, ": attribute `{attribute}` (`{rust_type}`)")?;
        }
        match &self.0.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind);
        if let Some(at) = &self.0.at {
            out.field("attribute", &at.attribute).field("type", &at.rust_type);
        }
        if let Some(reason) = &self.0.reason {
            out.field("reason", reason);
        }
        if let Some(source) = &self.0.source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_names_attribute_type_and_reason() {
        let error = Error::new(ErrorKind::InvalidItem).with_reason("missing").at("ssn", "String");
        assert_eq!(
            error.to_string(),
            "item does not match the record: attribute `ssn` (`String`): missing"
        );
        assert_eq!(error.attribute(), Some("ssn"));
        assert!(error.is_invalid_item() && !error.is_decrypt());
    }

    #[test]
    fn service_text_that_is_no_identifier_is_dropped() {
        let answered = ServiceError::new("dynamodb:PutItem", Some("Bad\nCANARY line"), Some("A-1"));
        assert_eq!(answered.code(), None);
        assert_eq!(answered.to_string(), "dynamodb:PutItem: no answer (request A-1)");
        let error = Error::new(ErrorKind::Service).with_source(answered);
        assert_eq!(error.service_error().and_then(ServiceError::request_id), Some("A-1"));
        assert!(!format!("{error:?}").contains("CANARY"));
    }
}
