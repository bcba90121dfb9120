//! A cap on what a job takes from a table, in capacity units: token buckets that all its segments
//! share. It never sends anything.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Most capacity units a second that a job takes: reads and writes apart.
///
/// It counts what DynamoDB says that each request consumed. A request waits until what the ones before
/// it took has been made up for, so that the rate holds on average over seconds; a single page can
/// take more at once than a second's worth. Without a limit the job takes what it gets.
///
/// # Examples
/// ```
/// use dynacrypt_core::jobs::CapacityLimit;
///
/// let half_of_what_is_provisioned = CapacityLimit::default().with_read(250).with_write(50);
/// # let _ = half_of_what_is_provisioned;
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CapacityLimit {
    read: Option<u32>,
    write: Option<u32>,
}

impl CapacityLimit {
    /// Read capacity units a second. 0 counts as 1.
    #[must_use]
    pub fn with_read(mut self, units: u32) -> Self {
        self.read = Some(units.max(1));
        self
    }

    /// Write capacity units a second. 0 counts as 1.
    #[must_use]
    pub fn with_write(mut self, units: u32) -> Self {
        self.write = Some(units.max(1));
        self
    }
}

/// The two buckets of a job.
pub(super) struct Capacity {
    pub(super) read: Bucket,
    pub(super) write: Bucket,
}

impl Capacity {
    pub(super) fn of(limit: CapacityLimit) -> Self {
        Self { read: Bucket::new(limit.read), write: Bucket::new(limit.write) }
    }
}

/// Fills by so many units a second, up to a second's worth; may be overdrawn.
pub(super) struct Bucket {
    per_second: Option<f64>,
    level: Mutex<Option<Level>>,
}

#[derive(Clone, Copy)]
struct Level {
    units: f64,
    at: Instant,
}

/// Longest wait for one request: more is no rate any more.
const LONGEST: f64 = 3600.0;

impl Bucket {
    fn new(per_second: Option<u32>) -> Self {
        Self { per_second: per_second.map(f64::from), level: Mutex::new(None) }
    }

    /// Takes so many units, and waits until they are there.
    pub(super) async fn take(&self, units: f64) {
        if let Some(until) = self.draw(units) {
            sleep_until(until).await;
        }
    }

    /// Corrects what was taken for a request by what it consumed.
    pub(super) fn correct(&self, taken: f64, consumed: Option<f64>) {
        if let Some(consumed) = consumed {
            // Nobody waits here; the next one does.
            let _ = self.draw(consumed - taken);
        }
    }

    /// Draws units; gives until when that has to be waited for.
    fn draw(&self, units: f64) -> Option<Instant> {
        let per_second = self.per_second?;
        let now = Instant::now();
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let last = level.unwrap_or(Level { units: per_second, at: now });
        let filled = now.duration_since(last.at).as_secs_f64() * per_second;
        let left = (last.units + filled).min(per_second) - units;
        *level = Some(Level { units: left, at: now });
        let wait = (-left / per_second).min(LONGEST);
        (wait > 0.0).then(|| now + Duration::from_secs_f64(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn units_take_their_time() {
        let bucket = Bucket::new(Some(10));
        let begun = Instant::now();
        let seconds = || begun.elapsed().as_secs_f64();
        // A second's worth is there at once.
        bucket.take(10.0).await;
        assert!(seconds() < 0.01);
        bucket.take(25.0).await;
        assert!((2.49..2.6).contains(&seconds()), "{}", seconds());
        // What was taken for nothing is given back, and what was not taken is made up for.
        bucket.correct(25.0, Some(5.0));
        bucket.take(20.0).await;
        assert!((2.9..3.7).contains(&seconds()), "{}", seconds());
    }

    #[tokio::test(start_paused = true)]
    async fn all_share_one_rate() {
        let bucket = Bucket::new(Some(5));
        let begun = Instant::now();
        let takers = (0..20).map(|_| async {
            bucket.take(1.0).await;
            bucket.correct(1.0, Some(2.0));
        });
        futures_util::future::join_all(takers).await;
        // 40 units at 5 a second, of which the last ones' corrections are not waited for.
        let seconds = begun.elapsed().as_secs_f64();
        assert!((3.0..8.1).contains(&seconds), "{seconds}");
        bucket.take(0.0).await;
        let seconds = begun.elapsed().as_secs_f64();
        assert!((6.99..7.2).contains(&seconds), "{seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nobody_waits() {
        let begun = Instant::now();
        Bucket::new(None).take(1e12).await;
        assert!(begun.elapsed().is_zero());
        // What makes no sense does not wait for ever.
        Bucket::new(Some(1)).take(f64::MAX).await;
        assert!(begun.elapsed() <= Duration::from_secs(3601));
    }
}
