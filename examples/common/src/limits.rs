//! Rates, for each caller and each address. It never keeps a token, and forgets whom it has not heard
//! from.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::options::Options;
use crate::problem::Problem;

/// Bytes of a body that is read: 64 KiB.
pub const MAX_BODY: usize = 64 * 1024;
/// How long a request may take, from its headers to its answer.
pub const REQUEST: Duration = Duration::from_secs(10);
/// How long a client may take to send a request's headers, or to shake hands.
pub const HEADERS: Duration = Duration::from_secs(10);
/// Callers that are kept before those are forgotten that were silent for long enough.
const KEPT: usize = 100_000;
/// An address may stand for many callers: so many times a caller's rate.
const ADDRESS: u32 = 8;

/// How often one caller, and one address, may ask.
#[derive(Debug)]
pub struct Rates {
    callers: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Rates {
    /// So many requests a second, and so many at once, for each caller.
    #[must_use]
    pub fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        let many = NonZeroU32::MIN.saturating_add(ADDRESS - 1);
        let quota = |times| {
            Quota::per_second(per_second.saturating_mul(times))
                .allow_burst(burst.saturating_mul(times))
        };
        Self {
            callers: DefaultKeyedRateLimiter::keyed(quota(NonZeroU32::MIN)),
            addresses: DefaultKeyedRateLimiter::keyed(quota(many)),
            clock: DefaultClock::default(),
        }
    }

    /// As the options say.
    #[must_use]
    pub fn of(options: &Options) -> Self {
        Self::new(options.rate_per_second, options.rate_burst)
    }

    /// Counts a request of an authenticated caller.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn caller(&self, id: &str) -> Result<(), Problem> {
        if self.callers.len() > KEPT {
            self.callers.retain_recent();
        }
        self.callers
            .check_key(&id.to_owned())
            .map_err(|wait| self.too_many(wait.wait_time_from(self.clock.now())))
    }

    /// Counts a request from an address, before anything is verified: signatures cost time.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn address(&self, address: IpAddr) -> Result<(), Problem> {
        if self.addresses.len() > KEPT {
            self.addresses.retain_recent();
        }
        self.addresses
            .check_key(&address)
            .map_err(|wait| self.too_many(wait.wait_time_from(self.clock.now())))
    }

    #[allow(clippy::unused_self, reason = "it belongs to the rates")]
    fn too_many(&self, wait: Duration) -> Problem {
        Problem::too_many_requests(wait.as_secs() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_a_burst_of_its_own_and_is_told_when_to_return() {
        let rates = Rates::new(NonZeroU32::MIN, NonZeroU32::new(3).unwrap());
        for _ in 0..3 {
            assert_eq!(rates.caller("ada"), Ok(()));
        }
        let refused = rates.caller("ada").unwrap_err();
        assert_eq!(refused.status(), 429);
        let wait = refused.headers().find(|(name, _)| *name == "retry-after").unwrap().1;
        assert!((1..=2).contains(&wait.parse::<u64>().unwrap()), "{wait}");
        assert_eq!(rates.caller("bob"), Ok(()));
    }

    #[test]
    fn an_address_has_more() {
        let rates = Rates::new(NonZeroU32::MIN, NonZeroU32::MIN);
        let address = IpAddr::from([127, 0, 0, 1]);
        let passed = (0..100).filter(|_| rates.address(address).is_ok()).count();
        assert!(passed >= ADDRESS as usize && passed < 100, "{passed}");
    }
}
