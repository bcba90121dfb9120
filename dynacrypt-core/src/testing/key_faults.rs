//! A key provider that fails, waits, lies or damages on demand. It never makes up a key of its own
//! accord: without a fault planned it hands on what the provider inside says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::keys::{BoxFuture, KeyProvider, KeyScope};
use crate::material::{DataKey, GeneratedKey, WrappedDataKey};

/// What a call to a [`FaultyKeyProvider`] does instead of what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFault {
    /// Fails with an error of this kind. The provider inside is not called.
    Fail(ErrorKind),
    /// Gives a data key other than the wrapped one, as a confused or hostile key service would.
    WrongKey,
    /// Flips the last bit of each wrapped key: of the one handed out when generating, of the one
    /// handed in when unwrapping.
    TamperWrapped,
    /// Never answers. For tests of timeouts and cancellation.
    Hang,
}

#[derive(Debug, Default)]
struct Calls {
    made: usize,
    /// The next calls, as runs of the same fault.
    planned: VecDeque<(usize, KeyFault)>,
}

impl Calls {
    fn begin(&mut self) -> Option<KeyFault> {
        self.made += 1;
        while let Some((left, fault)) = self.planned.front_mut() {
            if let Some(fewer) = left.checked_sub(1) {
                *left = fewer;
                return Some(*fault);
            }
            self.planned.pop_front();
        }
        None
    }
}

#[derive(Debug, Default)]
struct State {
    generate: Calls,
    unwrap: Calls,
    delay: Duration,
}

/// Controls a [`FaultyKeyProvider`] from outside, while a sealer owns it. Clones control the same
/// one.
#[derive(Debug, Clone, Default)]
pub struct KeyFaults(Arc<Mutex<State>>);

impl KeyFaults {
    /// The next `calls` to generate a key meet this fault, after those planned before. `usize::MAX`
    /// is for ever.
    pub fn on_generate(&self, calls: usize, fault: KeyFault) {
        self.state().generate.planned.push_back((calls, fault));
    }

    /// The next `calls` to unwrap a key meet this fault, after those planned before. `usize::MAX`
    /// is for ever.
    pub fn on_unwrap(&self, calls: usize, fault: KeyFault) {
        self.state().unwrap.planned.push_back((calls, fault));
    }

    /// Each call from now on waits this long first (by tokio's clock, which tests can pause). Zero
    /// is none.
    pub fn delay(&self, wait: Duration) {
        self.state().delay = wait;
    }

    /// Calls to generate a key so far, with those that failed.
    #[must_use]
    pub fn generate_calls(&self) -> usize {
        self.state().generate.made
    }

    /// Calls to unwrap a key so far, with those that failed.
    #[must_use]
    pub fn unwrap_calls(&self) -> usize {
        self.state().unwrap.made
    }

    /// Forgets faults, delay and counts.
    pub fn reset(&self) {
        *self.state() = State::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn begin(&self, which: fn(&mut State) -> &mut Calls) -> Result<Option<KeyFault>> {
        let (fault, delay) = {
            let mut state = self.state();
            (which(&mut state).begin(), state.delay)
        };
        if delay > Duration::ZERO {
            tokio::time::sleep(delay).await;
        }
        match fault {
            Some(KeyFault::Fail(kind)) => Err(Error::new(kind)),
            Some(KeyFault::Hang) => std::future::pending().await,
            other => Ok(other),
        }
    }
}

/// Wraps a key provider: counts its calls, and makes those fail that a test plans to.
///
/// # Examples
/// ```
/// use dynacrypt_core::error::ErrorKind;
/// use dynacrypt_core::keys::{KeyProvider, KeyScope, LocalKeyProvider};
/// use dynacrypt_core::testing::{FaultyKeyProvider, KeyFault};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dynacrypt_core::error::Result<()> {
/// let provider = FaultyKeyProvider::new(LocalKeyProvider::generate()?);
/// let faults = provider.faults(); // keep this, give the provider to the sealer
/// faults.on_generate(1, KeyFault::Fail(ErrorKind::Throttled));
///
/// let scope = KeyScope::new("profiles");
/// assert!(provider.generate_key(&scope).await.unwrap_err().is_throttled());
/// assert!(provider.generate_key(&scope).await.is_ok());
/// assert_eq!(faults.generate_calls(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct FaultyKeyProvider<P> {
    inner: P,
    faults: KeyFaults,
}

impl<P: KeyProvider> FaultyKeyProvider<P> {
    /// Wraps a provider, without faults yet.
    #[must_use]
    pub fn new(inner: P) -> Self {
        Self { inner, faults: KeyFaults::default() }
    }

    /// The handle to plan faults and read counts with.
    #[must_use]
    pub fn faults(&self) -> KeyFaults {
        self.faults.clone()
    }
}

impl<P: KeyProvider> KeyProvider for FaultyKeyProvider<P> {
    fn generate_key<'a>(&'a self, scope: &'a KeyScope) -> BoxFuture<'a, Result<GeneratedKey>> {
        Box::pin(async move {
            let fault = self.faults.begin(|state| &mut state.generate).await?;
            let generated = self.inner.generate_key(scope).await?;
            match fault {
                Some(KeyFault::WrongKey) => {
                    GeneratedKey::new(wrong_key()?, generated.wrapped().to_vec())
                }
                Some(KeyFault::TamperWrapped) => {
                    // A generated key does not come apart; the provider inside unwraps it, which is
                    // not counted.
                    let key = self.inner.unwrap_key(generated.wrapped(), scope).await?;
                    GeneratedKey::new(key, tamper(generated.wrapped())?)
                }
                _ => Ok(generated),
            }
        })
    }

    fn unwrap_key<'a>(
        &'a self,
        wrapped: &'a [WrappedDataKey],
        scope: &'a KeyScope,
    ) -> BoxFuture<'a, Result<DataKey>> {
        Box::pin(async move {
            match self.faults.begin(|state| &mut state.unwrap).await? {
                Some(KeyFault::WrongKey) => {
                    self.inner.unwrap_key(wrapped, scope).await.and_then(|_| wrong_key())
                }
                Some(KeyFault::TamperWrapped) => {
                    self.inner.unwrap_key(&tamper(wrapped)?, scope).await
                }
                _ => self.inner.unwrap_key(wrapped, scope).await,
            }
        })
    }
}

/// A key of 32 random bytes, as good as any but for being another.
fn wrong_key() -> Result<DataKey> {
    DataKey::take(&mut crate::crypto::random::<{ DataKey::LEN }>()?)
}

fn tamper(wrapped: &[WrappedDataKey]) -> Result<Vec<WrappedDataKey>> {
    wrapped
        .iter()
        .map(|wrapped| {
            let mut bytes = wrapped.bytes().to_vec();
            if let Some(last) = bytes.last_mut() {
                *last ^= 1;
            }
            WrappedDataKey::new(wrapped.provider(), wrapped.key_id(), bytes)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::LocalKeyProvider;

    fn provider() -> (FaultyKeyProvider<LocalKeyProvider>, KeyFaults, KeyScope) {
        let provider = FaultyKeyProvider::new(LocalKeyProvider::generate().unwrap());
        let faults = provider.faults();
        (provider, faults, KeyScope::new("things"))
    }

    /// What a data key encrypts to, which tells keys apart without showing one.
    fn print_of(key: &DataKey) -> [u8; 8] {
        key.prk().local_key_id().unwrap()
    }

    #[tokio::test]
    async fn without_faults_it_hands_on() {
        let (provider, faults, scope) = provider();
        let generated = provider.generate_key(&scope).await.unwrap();
        let key = provider.unwrap_key(generated.wrapped(), &scope).await.unwrap();
        assert_eq!(print_of(&key), print_of(generated.key()));
        assert_eq!((faults.generate_calls(), faults.unwrap_calls()), (1, 1));
    }

    #[tokio::test]
    async fn faults_strike_in_order_and_then_end() {
        let (provider, faults, scope) = provider();
        faults.on_generate(0, KeyFault::Fail(ErrorKind::KeyNotFound));
        faults.on_generate(2, KeyFault::Fail(ErrorKind::Throttled));
        faults.on_generate(1, KeyFault::Fail(ErrorKind::KeyDisabled));
        assert!(provider.generate_key(&scope).await.unwrap_err().is_throttled());
        assert!(provider.generate_key(&scope).await.unwrap_err().is_throttled());
        assert!(provider.generate_key(&scope).await.unwrap_err().is_key_disabled());
        let generated = provider.generate_key(&scope).await.unwrap();
        faults.on_unwrap(usize::MAX, KeyFault::Fail(ErrorKind::Unavailable));
        for _ in 0..3 {
            assert!(
                provider
                    .unwrap_key(generated.wrapped(), &scope)
                    .await
                    .unwrap_err()
                    .is_unavailable()
            );
        }
        assert_eq!((faults.generate_calls(), faults.unwrap_calls()), (4, 3));
        faults.reset();
        assert_eq!((faults.generate_calls(), faults.unwrap_calls()), (0, 0));
        provider.unwrap_key(generated.wrapped(), &scope).await.unwrap();
    }

    #[tokio::test]
    async fn a_wrong_key_is_another_key() {
        let (provider, faults, scope) = provider();
        let right = provider.generate_key(&scope).await.unwrap();
        faults.on_unwrap(1, KeyFault::WrongKey);
        let wrong = provider.unwrap_key(right.wrapped(), &scope).await.unwrap();
        assert_ne!(print_of(&wrong), print_of(right.key()));
        faults.on_generate(1, KeyFault::WrongKey);
        let generated = provider.generate_key(&scope).await.unwrap();
        let unwrapped = provider.unwrap_key(generated.wrapped(), &scope).await.unwrap();
        assert_ne!(print_of(&unwrapped), print_of(generated.key()));
    }

    #[tokio::test]
    async fn a_tampered_wrapped_key_does_not_unwrap() {
        let (provider, faults, scope) = provider();
        faults.on_generate(1, KeyFault::TamperWrapped);
        let bad = provider.generate_key(&scope).await.unwrap();
        assert!(provider.unwrap_key(bad.wrapped(), &scope).await.unwrap_err().is_decrypt());
        let good = provider.generate_key(&scope).await.unwrap();
        faults.on_unwrap(1, KeyFault::TamperWrapped);
        assert!(provider.unwrap_key(good.wrapped(), &scope).await.unwrap_err().is_decrypt());
        provider.unwrap_key(good.wrapped(), &scope).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn calls_wait_and_hang() {
        let (provider, faults, scope) = provider();
        faults.delay(Duration::from_secs(3));
        let begin = tokio::time::Instant::now();
        provider.generate_key(&scope).await.unwrap();
        assert_eq!(begin.elapsed(), Duration::from_secs(3));
        faults.delay(Duration::ZERO);
        faults.on_generate(1, KeyFault::Hang);
        let call = provider.generate_key(&scope);
        assert!(tokio::time::timeout(Duration::from_hours(1), call).await.is_err());
    }
}
