//! `Revealed`, the one way of a secret into an answer: on purpose, for a principal, with a reason,
//! audited. It never owns the secret, shows it in `Debug` or copies it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::ExposeSecret;
use serde::{Serialize, Serializer};
use zeroize::Zeroize;

use crate::error::{Error, ErrorKind, Result};
use crate::expr::Column;
use crate::observe;
use crate::principal::Principal;
use crate::record::Record;
use crate::secret::Secret;

/// A secret that is handed out on purpose: it serializes as what it holds.
///
/// A [`Secret`] does not serialize, so that none slips into an answer with the rest of a record. A
/// route that is there to show one makes a `Revealed` of it, which says who gets what and why: an
/// event of target [`observe::AUDIT`]. It borrows the secret, which is wiped
/// as ever.
///
/// # Examples
/// ```
/// # extern crate dynacrypt_core as dynacrypt;
/// # use dynacrypt::{error::Error, principal::Principal, record::Record, secret::Secret};
/// # use dynacrypt_derive::Record;
/// use dynacrypt::reveal::Revealed;
///
/// #[derive(Record)]
/// #[dynacrypt(table = "profiles")]
/// struct Profile {
///     #[dynacrypt(partition_key, owner)]
///     user_id: String,
///     #[encrypted]
///     api_key: Secret<String>,
/// }
///
/// #[derive(serde::Serialize)]
/// struct Answer<'a> {
///     api_key: Revealed<'a, String>,
/// }
///
/// # fn main() -> Result<(), Error> {
/// let caller = Principal::owner("user-1"); // from the authenticated request
/// let profile = Profile { user_id: "user-1".to_owned(), api_key: Secret::from("k-4711") };
/// let column = Profile::columns().api_key;
/// let api_key = Revealed::new(&profile.api_key, column, &caller, "its owner asked for it")?;
/// assert_eq!(format!("{api_key:?}"), "[REDACTED]");
/// let answer = serde_json::to_string(&Answer { api_key }).unwrap();
/// assert_eq!(answer, r#"{"api_key":"k-4711"}"#);
/// # Ok(())
/// # }
/// ```
///
/// # Security
/// What was serialized is plaintext in a buffer that nobody wipes. Answer with nothing else beside
/// it, over TLS, with `Cache-Control: no-store`. It decides nothing: that the principal may see the
/// secret was shown by reading it from a repository as that principal.
pub struct Revealed<'s, T: Zeroize> {
    secret: &'s Secret<T>,
    pass: RevealPass,
}

impl<'s, T: Zeroize> Revealed<'s, T> {
    /// Reveals the secret of a column to a principal.
    ///
    /// Emits one event: `kind` of the principal (`owner` or `service`), `principal` (a service's
    /// name), `reason`, `operation` (`reveal`), `table`, `field`. Never the value, a key or an
    /// owner's id.
    ///
    /// # Errors
    /// `is_access_denied` where the principal has no id or name; `is_invalid_request` where no
    /// reason is given.
    pub fn new<R: Record, F, P>(
        secret: &'s Secret<T>,
        column: Column<R, F, P>,
        principal: &Principal,
        reason: &'static str,
    ) -> Result<Self> {
        let (kind, name) = match (principal.as_service(), principal.owner_id()) {
            (Some((name, why)), _) if !name.trim().is_empty() && !why.trim().is_empty() => {
                ("service", Some(name))
            }
            (None, Some(id)) if !id.is_empty() => ("owner", None),
            _ => {
                return Err(Error::new(ErrorKind::AccessDenied)
                    .with_reason("the principal does not say who it is"));
            }
        };
        if reason.trim().is_empty() {
            return Err(Error::new(ErrorKind::InvalidRequest)
                .with_reason("a secret is revealed for a reason"));
        }
        let (table, field) = (R::SCHEMA.table(), column.name());
        tracing::info!(
            target: observe::AUDIT, kind, principal = name, reason, operation = "reveal", table, field,
            "secret revealed"
        );
        Ok(Self { secret, pass: RevealPass(Arc::new(AtomicBool::new(true))) })
    }

    /// What lets the response with this secret through the egress guard
    /// (`redact::EgressGuard`): put it into the response's extensions.
    ///
    /// Without it, a secret with a shape is withheld as in any other response.
    #[must_use]
    pub fn pass(&self) -> RevealPass {
        self.pass.clone()
    }
}

impl<T: Zeroize + Serialize> Serialize for Revealed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.secret.expose_secret().serialize(serializer)
    }
}

impl<T: Zeroize> fmt::Debug for Revealed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// Says to the egress guard that a response holds a secret on purpose. Only a [`Revealed`] gives
/// one, and it is good for one response.
///
/// It is `Clone` because the extensions of a response must be; the clones are one pass.
///
/// # Examples
/// Nobody else makes one:
/// ```compile_fail,E0423
/// # use std::sync::{Arc, atomic::AtomicBool};
/// # use dynacrypt_core::reveal::RevealPass;
/// let forged = RevealPass(Arc::new(AtomicBool::new(true)));
/// ```
///
/// # Security
/// The pass is for the body of the whole response: another secret that slipped into it leaves with
/// the one that was meant to. Headers and trailers are looked at as ever.
#[derive(Clone)]
pub struct RevealPass(Arc<AtomicBool>);

impl RevealPass {
    /// Uses the pass up: true for the first caller, and for no other. For guards of your own, where
    /// a framework is no tower; the egress guard does it itself.
    #[must_use]
    pub fn redeem(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}

impl fmt::Debug for RevealPass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevealPass").finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests;
