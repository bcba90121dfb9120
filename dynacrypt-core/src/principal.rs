//! The authenticated caller. It never comes from a default or from deserialized input, and it
//! decides nothing itself.

use std::fmt;

/// Who is asking: the owner that the request was authenticated as, or a service of ours that says
/// why.
///
/// Make one where the request is authenticated, from what the authentication proved (a verified
/// token's subject), never from the request's body or path. There is no `Default` and no
/// `Deserialize`, so that none can appear by accident.
///
/// # Examples
/// ```
/// use dynacrypt_core::principal::Principal;
///
/// let caller = Principal::owner("user-1");
/// let job = Principal::service("nightly-export", "ticket 4711");
/// assert!(!caller.is_service() && job.is_service());
/// ```
///
/// # Security
/// `Debug` shows a service's name and reason, which are audited anyway, and nothing of an owner.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Owner(String),
    Service { name: String, reason: String },
}

impl Principal {
    /// The owner with this id, as authenticated. Where the owner attribute is a number, the id is
    /// its decimal text.
    ///
    /// # Security
    /// An empty id owns nothing: every operation answers `access denied`.
    #[must_use]
    pub fn owner(id: impl Into<String>) -> Self {
        Self(Kind::Owner(id.into()))
    }

    /// A part of the service itself, which may touch every owner's items.
    ///
    /// Each operation emits a `tracing` event to the target
    /// [`observe::AUDIT`](crate::observe::AUDIT) with name and reason. Both go to logs: say
    /// which job and on whose order, not about whom.
    ///
    /// # Security
    /// It bypasses ownership. Without name or reason it is refused: every operation answers `access
    /// denied`.
    #[must_use]
    pub fn service(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self(Kind::Service { name: name.into(), reason: reason.into() })
    }

    /// Whether this is a service.
    #[must_use]
    pub fn is_service(&self) -> bool {
        matches!(self.0, Kind::Service { .. })
    }

    /// The owner's id.
    pub(crate) fn owner_id(&self) -> Option<&str> {
        match &self.0 {
            Kind::Owner(id) => Some(id),
            Kind::Service { .. } => None,
        }
    }

    /// The service's name and reason.
    pub(crate) fn as_service(&self) -> Option<(&str, &str)> {
        match &self.0 {
            Kind::Owner(_) => None,
            Kind::Service { name, reason } => Some((name, reason)),
        }
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Owner(_) => f.write_str("Principal::Owner(..)"),
            Kind::Service { name, reason } => f
                .debug_struct("Principal::Service")
                .field("name", name)
                .field("reason", reason)
                .finish(),
        }
    }
}
