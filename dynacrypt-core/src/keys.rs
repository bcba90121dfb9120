//! Key providers: where data keys come from and who unwraps them, and the cache in front of them.
//! It never sees an item, a field or a plaintext.

mod batch;
mod cache;
mod kms;
mod local;
pub(crate) mod text;
#[cfg(feature = "_legacy")]
mod unwrap;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub(crate) use batch::BatchKeys;
pub use cache::CacheLimits;
pub(crate) use cache::{KeyCache, SealingKey};
pub use kms::KmsKeyProvider;
#[cfg(feature = "_legacy")]
pub use kms::KmsUnwrapper;
pub use local::LocalKeyProvider;
#[cfg(feature = "_legacy")]
pub use unwrap::{EncryptionContext, UnwrapDataKey};

use crate::error::Result;
use crate::material::{DataKey, GeneratedKey, WrappedDataKey};

/// A boxed future, so that [`KeyProvider`] can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a data key is for: its table and, where there is one, its tenant.
///
/// A data key is never shared between scopes: caches keep them apart, and the encryption context
/// binds them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeyScope {
    table: Cow<'static, str>,
    tenant: Option<Arc<str>>,
}

impl KeyScope {
    /// The scope of a table, by its logical name.
    #[must_use]
    pub fn new(table: impl Into<Cow<'static, str>>) -> Self {
        Self { table: table.into(), tenant: None }
    }

    /// The scope of one tenant's items in the table.
    ///
    /// # Security
    /// The tenant's id appears in AWS CloudTrail in the clear: it must be opaque.
    #[must_use]
    pub fn with_tenant(mut self, tenant: impl Into<Arc<str>>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// The logical table name.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The tenant's opaque id.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The encryption context, sorted by key (docs/format.md section 8). It holds no key value.
    ///
    /// # Examples
    /// ```
    /// use dynacrypt_core::keys::KeyScope;
    ///
    /// let scope = KeyScope::new("profiles");
    /// assert_eq!(scope.encryption_context(), [("dynacrypt:purpose", "data-key"), ("dynacrypt:table", "profiles")]);
    /// ```
    #[must_use]
    pub fn encryption_context(&self) -> Vec<(&'static str, &str)> {
        let mut pairs =
            vec![("dynacrypt:purpose", "data-key"), ("dynacrypt:table", self.table.as_ref())];
        pairs.extend(self.tenant.as_deref().map(|tenant| ("dynacrypt:tenant", tenant)));
        pairs
    }
}

impl fmt::Debug for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyScope")
            .field("table", &self.table)
            .field("tenant", &self.tenant.is_some())
            .finish()
    }
}

/// Generates data keys and unwraps them. AWS calls such a thing a keyring.
///
/// Implement it to keep wrapping keys elsewhere (an HSM, another cloud). The two methods need
/// different rights, so that a service that only writes needs no right to unwrap, and one that only
/// reads none to generate.
///
/// # Security
/// `unwrap_key` must name the wrapping key from what it was configured with, never from the data,
/// and must bind the encryption context. Bytes that do not unwrap give
/// [`ErrorKind::Decrypt`](crate::error::ErrorKind::Decrypt), without a reason.
pub trait KeyProvider: fmt::Debug + Send + Sync + 'static {
    /// A fresh data key, with its wrapped forms.
    ///
    /// # Errors
    /// By the predicates of [`Error`](crate::error::Error): throttled, unavailable, key disabled,
    /// key not found, key access denied.
    fn generate_key<'a>(&'a self, scope: &'a KeyScope) -> BoxFuture<'a, Result<GeneratedKey>>;

    /// Unwraps the data key of an item from whichever of its wrapped forms this provider knows.
    ///
    /// # Errors
    /// As `generate_key`, and `is_decrypt` where none of the forms is known or unwraps.
    fn unwrap_key<'a>(
        &'a self,
        wrapped: &'a [WrappedDataKey],
        scope: &'a KeyScope,
    ) -> BoxFuture<'a, Result<DataKey>>;
}

macro_rules! forward_to_pointee {
    ($($pointer:ident)*) => {$(
        impl<P: KeyProvider + ?Sized> KeyProvider for $pointer<P> {
            fn generate_key<'a>(&'a self, scope: &'a KeyScope) -> BoxFuture<'a, Result<GeneratedKey>> {
                (**self).generate_key(scope)
            }

            fn unwrap_key<'a>(
                &'a self,
                wrapped: &'a [WrappedDataKey],
                scope: &'a KeyScope,
            ) -> BoxFuture<'a, Result<DataKey>> {
                (**self).unwrap_key(wrapped, scope)
            }
        }
    )*};
}
forward_to_pointee!(Arc Box);
