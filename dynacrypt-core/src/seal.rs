//! The sealer: which data key seals and opens, under which capability and tenant. It never sees a
//! record; that is `item`'s.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::keys::{BatchKeys, CacheLimits, KeyCache, KeyProvider, KeyScope, SealingKey};
use crate::legacy::{LegacyReading, Stage};
use crate::material::{DataKey, WrappedDataKey};
use crate::record::{FieldSpec, Schema};

/// Seals records into items and opens items into records, with data keys from a [`KeyProvider`].
///
/// Data keys are cached within [`CacheLimits`], so that a warm sealer does neither I/O nor waiting.
/// Clones share the cache.
///
/// # Examples
/// ```
/// use dynacrypt_core::keys::LocalKeyProvider;
/// use dynacrypt_core::seal::Sealer;
///
/// let sealer = Sealer::new(LocalKeyProvider::generate()?);
/// let export_job = sealer.clone().read_only();
/// # let _ = export_job;
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
///
/// # Security
/// A sealer opens whatever its provider unwraps: who may see an item is decided by the repository's
/// owner checks, in front of it. See [`KmsKeyProvider`](crate::keys::KmsKeyProvider) for limiting
/// it by IAM.
#[derive(Clone)]
pub struct Sealer {
    cache: Arc<KeyCache>,
    tenant: Option<Arc<str>>,
    batch: Option<Arc<BatchKeys>>,
    legacy: Option<LegacyReading>,
    seals: bool,
    opens: bool,
}

impl Sealer {
    /// A sealer with the default [`CacheLimits`].
    #[must_use]
    pub fn new(provider: impl KeyProvider) -> Self {
        Self::with_cache_limits(provider, CacheLimits::default())
    }

    /// A sealer that reuses data keys within these limits.
    #[must_use]
    pub fn with_cache_limits(provider: impl KeyProvider, limits: CacheLimits) -> Self {
        Self {
            cache: Arc::new(KeyCache::new(Arc::new(provider), limits)),
            tenant: None,
            batch: None,
            legacy: None,
            seals: true,
            opens: true,
        }
    }

    /// The same sealer for the items of one tenant: the id is bound into each item and into the
    /// encryption context, and data keys are kept apart from other tenants'. An item sealed for
    /// one tenant opens for no other, and not without a tenant.
    ///
    /// # Security
    /// The id appears in AWS CloudTrail in the clear: it must be opaque. With an empty id
    /// the sealer is `is_not_capable`, and no key is ever asked for.
    #[must_use]
    pub fn for_tenant(mut self, id: impl Into<Arc<str>>) -> Self {
        self.tenant = Some(id.into());
        self
    }

    /// The same sealer, opening only: sealing answers `is_not_capable`, and no data key is ever
    /// generated.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.seals = false;
        self
    }

    /// The same sealer, sealing only: opening answers `is_not_capable`, and nothing is ever
    /// unwrapped.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.opens = false;
        self
    }

    /// The same sealer, which for a time also reads fields in the form that they had before they were
    /// sealed: those whose records say `#[encrypted(legacy = …)]`. It writes them sealed.
    ///
    /// # Security
    /// See [`LegacyReading`]: old forms are bound to nothing. Without this, an item that is not
    /// sealed is `is_not_sealed`, and never read.
    #[must_use]
    pub fn with_legacy(mut self, reading: LegacyReading) -> Self {
        self.legacy = Some(reading);
        self
    }

    /// The same sealer as a deployment of a move from an old form wants it: [`read_only`] and
    /// [`with_legacy`] in the first, `with_legacy` in the second, as it is in the third.
    ///
    /// [`read_only`]: Self::read_only
    /// [`with_legacy`]: Self::with_legacy
    #[must_use]
    pub fn at_stage(self, stage: Stage, reading: LegacyReading) -> Self {
        match stage {
            Stage::ReadBoth => self.with_legacy(reading).read_only(),
            Stage::WriteSealed => self.with_legacy(reading),
            Stage::RefuseOld => self,
        }
    }

    /// The same sealer, for items that lack attributes which an old form needs.
    pub(crate) fn without_legacy(&self) -> Self {
        Self { legacy: None, ..self.clone() }
    }

    /// The same sealer, whose reading of old forms is counted and not told.
    #[cfg(feature = "jobs")]
    pub(crate) fn untold(&self) -> Self {
        Self { legacy: self.legacy.as_ref().map(LegacyReading::untold), ..self.clone() }
    }

    pub(crate) fn legacy(&self) -> Option<&LegacyReading> {
        self.legacy.as_ref()
    }

    /// The attributes that hold a field in its old form, beside the one that it is sealed in.
    pub(crate) fn old_attributes_of(
        &self,
        schema: &'static Schema,
        spec: &FieldSpec,
    ) -> Vec<String> {
        self.legacy().map(|reading| reading.attributes_of(schema, spec)).unwrap_or_default()
    }

    /// The same of all fields.
    pub(crate) fn old_attributes(&self, schema: &'static Schema) -> Vec<String> {
        let fields = schema.fields().iter();
        let mut names: Vec<String> =
            fields.flat_map(|spec| self.old_attributes_of(schema, spec)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The same sealer for one batch of items: each of their data keys is asked for once, however
    /// small the cache.
    #[cfg(any(feature = "lambda", feature = "streams"))]
    pub(crate) fn for_batch(&self) -> Self {
        Self { batch: Some(Arc::default()), ..self.clone() }
    }

    pub(crate) fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// Whether it may have data keys generated.
    pub(crate) fn seals(&self) -> bool {
        self.seals
    }

    fn scope(&self, table: &'static str) -> Result<KeyScope> {
        let scope = KeyScope::new(table);
        match &self.tenant {
            Some(tenant) if tenant.is_empty() => {
                Err(Error::new(ErrorKind::NotCapable).with_reason("the tenant's id is empty"))
            }
            Some(tenant) => Ok(scope.with_tenant(Arc::clone(tenant))),
            None => Ok(scope),
        }
    }

    pub(crate) async fn sealing_key(&self, table: &'static str) -> Result<Arc<SealingKey>> {
        if !self.seals {
            return Err(Error::new(ErrorKind::NotCapable).with_reason("this sealer only opens"));
        }
        self.cache.for_sealing(&self.scope(table)?).await
    }

    /// # Errors
    /// `is_not_capable` where it only seals.
    pub(crate) fn check_opens(&self) -> Result<()> {
        if self.opens {
            return Ok(());
        }
        Err(Error::new(ErrorKind::NotCapable).with_reason("this sealer only seals"))
    }

    pub(crate) async fn opening_key(
        &self,
        table: &'static str,
        wrapped: Vec<WrappedDataKey>,
    ) -> Result<Arc<DataKey>> {
        self.check_opens()?;
        let scope = self.scope(table)?;
        match &self.batch {
            Some(batch) => batch.for_opening(&self.cache, wrapped, scope).await,
            None => self.cache.for_opening(wrapped, scope).await,
        }
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("cache", &self.cache)
            .field("tenant", &self.tenant.is_some())
            .field("batch", &self.batch.is_some())
            .field("legacy", &self.legacy)
            .field("seals", &self.seals)
            .field("opens", &self.opens)
            .finish()
    }
}
