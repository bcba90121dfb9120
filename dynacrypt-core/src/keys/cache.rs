//! The cache in front of a key provider: bounded in age, items, bytes and entries; one flight for
//! each miss. It never shares a key between scopes or providers, and drops what it evicts, which
//! wipes it.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};
use tokio::time::Instant;

use super::{BoxFuture, KeyProvider, KeyScope};
use crate::error::Result;
use crate::material::{DataKey, GeneratedKey, WrappedDataKey};
use crate::observe;

/// How long and how often a data key is reused.
///
/// | limit | default | range | what it bounds |
/// |---|---|---|---|
/// | `max_age` | 5 minutes | 0 (no reuse) to any | how long after a revocation in KMS this process still seals and opens |
/// | `max_items` | 100,000 | at least 1 | items sealed under one data key |
/// | `max_bytes` | 1 GiB | at least 1 | plaintext sealed under one data key; the item that reaches it is still sealed |
/// | `capacity` | 1,000 | at least 1 | data keys held for opening, and scopes held for sealing |
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use dynacrypt_core::keys::CacheLimits;
///
/// let limits = CacheLimits::default().max_age(Duration::from_secs(60)).max_items(10_000);
/// # let _ = limits;
/// ```
///
/// # Security
/// A smaller `max_age` reacts faster to a disabled key; smaller counts lose less to one leaked data
/// key. Neither is needed against nonce reuse: each item has a key of its own. An idle process
/// keeps its keys until the next miss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheLimits {
    max_age: Duration,
    max_items: u64,
    max_bytes: u64,
    capacity: usize,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            max_age: Duration::from_mins(5),
            max_items: 100_000,
            max_bytes: 1 << 30,
            capacity: 1_000,
        }
    }
}

impl CacheLimits {
    /// Longest reuse of a data key, for sealing and for opening. Zero turns the cache off.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Most items sealed under one data key; 0 counts as 1.
    #[must_use]
    pub fn max_items(mut self, items: u64) -> Self {
        self.max_items = items.max(1);
        self
    }

    /// Bytes of plaintext after which a data key seals no further item; 0 counts as 1.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes.max(1);
        self
    }

    /// Most data keys held; 0 counts as 1. The least recently used goes first.
    #[must_use]
    pub fn capacity(mut self, entries: usize) -> Self {
        self.capacity = entries.max(1);
        self
    }
}

/// A data key in use for sealing, and how much it has sealed.
#[derive(Debug)]
pub(crate) struct SealingKey {
    generated: GeneratedKey,
    items: AtomicU64,
    bytes: AtomicU64,
}

impl SealingKey {
    pub(crate) fn key(&self) -> &DataKey {
        self.generated.key()
    }

    pub(crate) fn wrapped(&self) -> &[WrappedDataKey] {
        self.generated.wrapped()
    }

    /// Counts plaintext that was sealed.
    pub(crate) fn count_bytes(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts one item more, unless a bound is reached.
    fn admit(&self, limits: &CacheLimits) -> bool {
        self.bytes.load(Ordering::Relaxed) < limits.max_bytes
            && self.items.fetch_add(1, Ordering::Relaxed) < limits.max_items
    }
}

pub(super) type Flight<V> = Shared<BoxFuture<'static, Result<Arc<V>>>>;

struct Entry<V> {
    value: Arc<V>,
    born: Instant,
    used: u64,
}

/// Keys of one use, and the flights that fetch them.
struct Shelf<K, V> {
    entries: HashMap<K, Entry<V>>,
    flights: HashMap<K, WeakShared<BoxFuture<'static, Result<Arc<V>>>>>,
    tick: u64,
}

impl<K: Hash + Eq + Clone, V> Shelf<K, V> {
    fn new() -> Self {
        Self { entries: HashMap::new(), flights: HashMap::new(), tick: 0 }
    }

    fn live(&mut self, key: &K, limits: &CacheLimits) -> Option<&Arc<V>> {
        self.tick += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.tick;
        (entry.born.elapsed() < limits.max_age).then_some(&entry.value)
    }

    fn insert(&mut self, key: K, value: Arc<V>, limits: &CacheLimits) {
        self.entries.retain(|_, entry| entry.born.elapsed() < limits.max_age);
        if limits.max_age.is_zero() {
            return;
        }
        self.tick += 1;
        self.entries.insert(key, Entry { value, born: Instant::now(), used: self.tick });
        while self.entries.len() > limits.capacity {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { break };
            self.entries.remove(&oldest);
        }
    }
}

type Shelves<K, V> = Arc<Mutex<Shelf<K, V>>>;

/// A panic while the lock was held (in an allocation, say) leaves a consistent map behind.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Joins the flight for `key`, or starts one. The flight puts what it brings on the shelf.
fn join<K, V>(
    shelves: &Shelves<K, V>,
    key: &K,
    limits: CacheLimits,
    start: impl FnOnce() -> BoxFuture<'static, Result<V>>,
) -> Flight<V>
where
    K: Hash + Eq + Clone + Send + 'static,
    V: Send + Sync + 'static,
{
    let mut shelf = lock(shelves);
    if let Some(flight) = shelf.flights.get(key).and_then(WeakShared::upgrade) {
        return flight;
    }
    // Flights whose callers all gave up never land.
    shelf.flights.retain(|_, flight| flight.upgrade().is_some());
    let (fetch, own_shelves, own_key) = (start(), Arc::clone(shelves), key.clone());
    let flight = async move {
        let fetched = fetch.await.map(Arc::new);
        let mut shelf = lock(&own_shelves);
        shelf.flights.remove(&own_key);
        if let Ok(value) = &fetched {
            shelf.insert(own_key, Arc::clone(value), &limits);
        }
        fetched
    }
    .boxed()
    .shared();
    if let Some(weak) = flight.downgrade() {
        shelf.flights.insert(key.clone(), weak);
    }
    flight
}

/// The data keys of one sealer.
pub(crate) struct KeyCache {
    provider: Arc<dyn KeyProvider>,
    limits: CacheLimits,
    sealing: Shelves<KeyScope, SealingKey>,
    opening: Shelves<OpeningKey, DataKey>,
}

impl KeyCache {
    pub(crate) fn new(provider: Arc<dyn KeyProvider>, limits: CacheLimits) -> Self {
        Self {
            provider,
            limits,
            sealing: Arc::new(Mutex::new(Shelf::new())),
            opening: Arc::new(Mutex::new(Shelf::new())),
        }
    }

    /// The data key to seal the next item of a scope with.
    pub(crate) async fn for_sealing(&self, scope: &KeyScope) -> Result<Arc<SealingKey>> {
        loop {
            let flight = {
                if let Some(key) = lock(&self.sealing).live(scope, &self.limits)
                    && key.admit(&self.limits)
                {
                    return Ok(Arc::clone(key));
                }
                join(&self.sealing, scope, self.limits, || {
                    let (provider, scope) = (Arc::clone(&self.provider), scope.clone());
                    async move {
                        let generated = provider.generate_key(&scope).await?;
                        tracing::debug!(target: observe::KEYS, table = scope.table(), "data key generated");
                        Ok(SealingKey { generated, items: AtomicU64::new(0), bytes: AtomicU64::new(0) })
                    }
                    .boxed()
                })
            };
            let key = flight.await?;
            // More callers may have waited than one key may serve: those that are left fetch the
            // next.
            if key.admit(&self.limits) {
                return Ok(key);
            }
        }
    }

    /// The data key that these wrapped forms stand for.
    pub(crate) async fn for_opening(
        &self,
        wrapped: Vec<WrappedDataKey>,
        scope: KeyScope,
    ) -> Result<Arc<DataKey>> {
        let key = OpeningKey { scope, wrapped };
        if let Some(found) = lock(&self.opening).live(&key, &self.limits) {
            return Ok(Arc::clone(found));
        }
        join(&self.opening, &key, self.limits, || {
            let (provider, OpeningKey { scope, wrapped }) =
                (Arc::clone(&self.provider), key.clone());
            async move {
                let key = provider.unwrap_key(&wrapped, &scope).await?;
                tracing::debug!(target: observe::KEYS, table = scope.table(), "data key unwrapped");
                Ok(key)
            }
            .boxed()
        })
        .await
    }
}

/// Scope and every wrapped form: an item with one form more or less is another entry.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct OpeningKey {
    pub(super) scope: KeyScope,
    pub(super) wrapped: Vec<WrappedDataKey>,
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache")
            .field("provider", &self.provider)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, ErrorKind};
    use crate::keys::LocalKeyProvider;

    /// Counts calls, and answers once the test lets it.
    #[derive(Debug)]
    struct Counting {
        inner: LocalKeyProvider,
        calls: AtomicU64,
        fail: std::sync::atomic::AtomicBool,
    }

    impl Counting {
        fn new() -> Arc<Self> {
            let inner = LocalKeyProvider::generate().unwrap();
            Arc::new(Self { inner, calls: AtomicU64::new(0), fail: false.into() })
        }

        fn calls(&self) -> u64 {
            self.calls.load(Ordering::SeqCst)
        }

        async fn answer(&self) -> Result<()> {
            self.calls.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            if self.fail.load(Ordering::SeqCst) {
                Err(Error::new(ErrorKind::Throttled))
            } else {
                Ok(())
            }
        }
    }

    impl KeyProvider for Counting {
        fn generate_key<'a>(&'a self, scope: &'a KeyScope) -> BoxFuture<'a, Result<GeneratedKey>> {
            Box::pin(async move {
                self.answer().await?;
                self.inner.generate_key(scope).await
            })
        }

        fn unwrap_key<'a>(
            &'a self,
            wrapped: &'a [WrappedDataKey],
            scope: &'a KeyScope,
        ) -> BoxFuture<'a, Result<DataKey>> {
            Box::pin(async move {
                self.answer().await?;
                self.inner.unwrap_key(wrapped, scope).await
            })
        }
    }

    fn cache(provider: &Arc<Counting>, limits: CacheLimits) -> KeyCache {
        KeyCache::new(Arc::clone(provider) as Arc<dyn KeyProvider>, limits)
    }

    fn scope(tenant: &str) -> KeyScope {
        KeyScope::new("t").with_tenant(tenant)
    }

    #[tokio::test(start_paused = true)]
    async fn one_flight_for_each_miss() {
        let provider = Counting::new();
        let cache = cache(&provider, CacheLimits::default());
        let scope = scope("a");
        let keys = futures_util::future::join_all((0..50).map(|_| cache.for_sealing(&scope))).await;
        assert_eq!(provider.calls(), 1);
        let wrapped = keys.into_iter().next().unwrap().unwrap().wrapped().to_vec();
        futures_util::future::join_all(
            (0..50).map(|_| cache.for_opening(wrapped.clone(), scope.clone())),
        )
        .await;
        assert_eq!(provider.calls(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_flight_fails_all_who_wait_and_is_tried_again() {
        let provider = Counting::new();
        let (cache, scope) = (cache(&provider, CacheLimits::default()), scope("a"));
        provider.fail.store(true, Ordering::SeqCst);
        let all = futures_util::future::join_all((0..9).map(|_| cache.for_sealing(&scope))).await;
        assert!(all.iter().all(|key| key.as_ref().is_err_and(Error::is_throttled)));
        assert_eq!(provider.calls(), 1);
        provider.fail.store(false, Ordering::SeqCst);
        assert!(cache.for_sealing(&scope).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn an_abandoned_flight_does_not_block_the_next() {
        let provider = Counting::new();
        let (cache, scope) = (cache(&provider, CacheLimits::default()), scope("a"));
        let given_up =
            tokio::time::timeout(Duration::from_millis(1), cache.for_sealing(&scope)).await;
        assert!(given_up.is_err());
        assert!(cache.for_sealing(&scope).await.is_ok());
        assert_eq!(provider.calls(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn age_items_and_bytes_bound_reuse() {
        let provider = Counting::new();
        let limits =
            CacheLimits::default().max_age(Duration::from_secs(10)).max_items(3).max_bytes(100);
        let (cache, scope) = (cache(&provider, limits), scope("a"));
        for _ in 0..6 {
            cache.for_sealing(&scope).await.unwrap();
        }
        assert_eq!(provider.calls(), 2, "three items each");
        cache.for_sealing(&scope).await.unwrap().count_bytes(100);
        cache.for_sealing(&scope).await.unwrap();
        assert_eq!(provider.calls(), 4, "the third key was full after its first item");
        tokio::time::advance(Duration::from_secs(10)).await;
        cache.for_sealing(&scope).await.unwrap();
        assert_eq!(provider.calls(), 5, "the fourth was too old");
    }

    #[tokio::test(start_paused = true)]
    async fn more_waiters_than_a_key_may_serve() {
        let provider = Counting::new();
        let (cache, scope) = (cache(&provider, CacheLimits::default().max_items(2)), scope("a"));
        let all = futures_util::future::join_all((0..7).map(|_| cache.for_sealing(&scope))).await;
        assert!(all.iter().all(std::result::Result::is_ok));
        assert_eq!(provider.calls(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn scopes_do_not_share_and_the_least_used_goes_first() {
        let provider = Counting::new();
        let cache = cache(&provider, CacheLimits::default().capacity(2));
        for tenant in ["a", "b", "a", "c", "a", "b"] {
            cache.for_sealing(&scope(tenant)).await.unwrap();
        }
        assert_eq!(provider.calls(), 4, "a, b, c, and b again");
        let wrapped = cache.for_sealing(&scope("a")).await.unwrap().wrapped().to_vec();
        assert!(cache.for_opening(wrapped.clone(), scope("a")).await.is_ok());
        assert!(cache.for_opening(wrapped, scope("b")).await.unwrap_err().is_decrypt());
    }

    #[tokio::test(start_paused = true)]
    async fn evicted_keys_are_dropped() {
        let provider = Counting::new();
        let (cache, scope) = (cache(&provider, CacheLimits::default()), scope("a"));
        let key = cache.for_sealing(&scope).await.unwrap();
        let weak = Arc::downgrade(&key);
        drop(key);
        assert!(weak.upgrade().is_some());
        tokio::time::advance(Duration::from_mins(5)).await;
        cache.for_sealing(&scope).await.unwrap();
        assert!(weak.upgrade().is_none());
    }
}
