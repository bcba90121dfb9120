//! How long to wait before what DynamoDB left unprocessed is sent again. It never sends anything.

use std::time::Duration;

use crate::crypto;

/// How batches go on where DynamoDB leaves a part of them unprocessed, because the table's
/// throughput is used up: each item is sent at most so often, with a wait between that doubles up to
/// a limit, and of which a random part is waited ("full jitter").
///
/// The default: 10 attempts, waits of up to 50 ms that double up to 5 seconds; with no luck at all,
/// the last attempt is made after 10 seconds on average. An item counts an attempt only where it
/// was left unprocessed; an answer that DynamoDB cut because of its size is followed at once.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use dynacrypt_core::repository::Backoff;
///
/// let patient = Backoff::default().with_attempts(30).with_longest(Duration::from_secs(20));
/// assert_eq!(patient.attempts(), 30);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    attempts: u32,
    first: Duration,
    longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { attempts: 10, first: Duration::from_millis(50), longest: Duration::from_secs(5) }
    }
}

impl Backoff {
    /// How often an item is sent, the first time included. 0 counts as 1.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The longest wait before the second attempt.
    #[must_use]
    pub fn with_first(mut self, wait: Duration) -> Self {
        self.first = wait;
        self
    }

    /// The longest wait of all.
    #[must_use]
    pub fn with_longest(mut self, wait: Duration) -> Self {
        self.longest = wait;
        self
    }

    /// How often an item is sent, the first time included.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The wait after so many requests in a row (from 1) that were not served as a whole.
    fn limit(&self, unserved: u32) -> Duration {
        let doubled = 1_u32.checked_shl(unserved.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first.saturating_mul(doubled).min(self.longest)
    }

    /// Waits a random part of the limit.
    pub(crate) async fn wait(&self, unserved: u32) {
        // Without randomness, the whole of it.
        let part = crypto::random().map_or(u64::MAX, u64::from_ne_bytes);
        tokio::time::sleep(part_of(self.limit(unserved), part)).await;
    }
}

/// `part / 2^64` of a duration.
fn part_of(whole: Duration, part: u64) -> Duration {
    let nanos = u64::try_from(whole.as_nanos()).unwrap_or(u64::MAX);
    let product = u128::from(nanos) * u128::from(part);
    Duration::from_nanos(u64::try_from(product >> 64).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff::default()
            .with_first(Duration::from_millis(10))
            .with_longest(Duration::from_millis(75));
        let limits: Vec<u128> = (1..=6).map(|nth| backoff.limit(nth).as_millis()).collect();
        assert_eq!(limits, [10, 20, 40, 75, 75, 75]);
        assert_eq!(backoff.limit(u32::MAX), Duration::from_millis(75));
        assert_eq!(backoff.with_attempts(0).attempts(), 1);
    }

    #[test]
    fn the_jitter_is_a_part_of_the_whole() {
        let whole = Duration::from_secs(8);
        assert_eq!(part_of(whole, 0), Duration::ZERO);
        assert_eq!(part_of(whole, 1 << 63), Duration::from_secs(4));
        assert!(part_of(whole, u64::MAX) < whole && part_of(whole, u64::MAX).as_secs() == 7);
        assert!(part_of(Duration::MAX, u64::MAX) > Duration::from_secs(1_000_000));
    }
}
