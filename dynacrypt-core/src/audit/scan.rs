//! Audits of live tables: every item of a scan, in segments, at a rate. It reads by way of the store
//! alone, never writes, and keeps no page.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::Instant;

use super::report::{Image, Place, Report};
use super::{Auditor, Malformed};
use crate::access::{self, ServiceProof};
use crate::error::{Error, ErrorKind, Result};
use crate::principal::Principal;
use crate::record::Attributes;
use crate::store::inspect::{self, RawPage, RawScan};
use crate::store::tables;
use crate::transport::HttpsGuard;

/// DynamoDB's limit.
const MAX_SEGMENTS: u32 = 1_000_000;
/// What a page of 1 MB costs: a unit reads 8 KB, eventually consistent.
const UNITS_OF_PAGE: f64 = 128.0;

/// A scan of a live table, for an audit: eventually consistent, of all items whatever their type.
///
/// # Examples
/// ```no_run
/// use dynacrypt_core::audit::{Auditor, Report, Source, TableScan};
/// use dynacrypt_core::principal::Principal;
///
/// # async fn demo(client: aws_sdk_dynamodb::Client) -> dynacrypt_core::error::Result<()> {
/// let service = Principal::service("nightly-audit", "looks for secrets in the clear");
/// let scan = TableScan::new(client, "production-shop").with_segments(4).with_rate_limit(50.0);
/// let auditor = Auditor::new().key_names(scan.key_names(&service).await?);
/// let mut report = Report::new(Source::Table("production-shop".to_owned()));
/// scan.run(&service, &auditor, &mut report).await?;
/// println!("{}", report.to_text());
/// # Ok(()) }
/// ```
///
/// # Security
/// The service needs `dynamodb:Scan` and `dynamodb:DescribeTable`, and no KMS key. At TRACE the AWS
/// client logs the items that it gets.
#[derive(Clone)]
pub struct TableScan {
    client: Client,
    table: Arc<str>,
    segments: u32,
    /// Read capacity units a second.
    rate: Option<f64>,
    guard: HttpsGuard,
}

impl TableScan {
    /// A scan of the table of this physical name, in one segment, as fast as DynamoDB gives.
    #[must_use]
    pub fn new(client: Client, table: impl Into<Arc<str>>) -> Self {
        let guard = HttpsGuard { allow_plain_http: false };
        Self { client, table: table.into(), segments: 1, rate: None, guard }
    }

    /// In as many segments at a time: 1 to 1,000,000.
    #[must_use]
    pub fn with_segments(mut self, segments: u32) -> Self {
        self.segments = segments.clamp(1, MAX_SEGMENTS);
        self
    }

    /// At most as many read capacity units a second, in all segments together; not less than 0.1.
    ///
    /// What a page costs is known when it is there: one may go beyond it (by up to 128 units), and the
    /// wait after it makes up for it.
    #[must_use]
    pub fn with_rate_limit(mut self, units: f64) -> Self {
        self.rate = Some(if units.is_finite() { units.max(0.1) } else { 0.1 });
        self
    }

    /// Lets an endpoint be plain HTTP and not on this machine.
    ///
    /// # Security
    /// The AWS signature, and all that is in the table, then cross the network in the clear. For
    /// test setups.
    #[must_use]
    pub fn danger_allow_plain_http(mut self) -> Self {
        self.guard.allow_plain_http = true;
        self
    }

    /// Names of the table's key attributes.
    ///
    /// # Errors
    /// `is_access_denied` for a principal that is no service; `is_table_not_found`; DynamoDB's.
    pub async fn key_names(&self, principal: &Principal) -> Result<Vec<String>> {
        access::check_service(principal, "audit", &self.table)?;
        let table = tables::describe(&self.client, self.guard, &self.table).await?;
        let table = table.ok_or_else(|| Error::new(ErrorKind::TableNotFound))?;
        Ok(table.key_schema().iter().map(|key| key.attribute_name().to_owned()).collect())
    }

    /// Audits every item.
    ///
    /// # Errors
    /// `is_access_denied` for a principal that is no service; `is_table_not_found`;
    /// `is_insecure_endpoint`; DynamoDB's, after the client's own retries. The report then holds what
    /// was seen until then, and says that it is not of the whole.
    pub async fn run(
        &self,
        principal: &Principal,
        auditor: &Auditor,
        report: &mut Report,
    ) -> Result<()> {
        let proof = access::check_service(principal, "audit", &self.table)?;
        let pace = Pace::new(self.rate);
        let mut asked: FuturesUnordered<_> = (0..self.segments.min(64))
            .map(|segment| self.page(&proof, &pace, Cursor { segment, page: 1, start: None }))
            .collect();
        // Beyond what is asked for at a time.
        let mut waiting = self.segments.min(64)..self.segments;
        while let Some((cursor, answer)) = asked.next().await {
            let Cursor { segment, page, .. } = cursor;
            let at = |item| Place::Table { table: self.table.clone(), segment, page, item };
            let answer = answer.inspect_err(|_| report.unreadable(&at(1), Malformed::Refused))?;
            for (number, item) in (1..).zip(&answer.items) {
                report.add(&at(number), Image::Item, &auditor.inspect(item));
            }
            if let Some(next) = answer.next {
                let cursor = Cursor { segment, page: page + 1, start: Some(next) };
                asked.push(self.page(&proof, &pace, cursor));
            } else if let Some(segment) = waiting.next() {
                asked.push(self.page(&proof, &pace, Cursor { segment, page: 1, start: None }));
            }
        }
        Ok(())
    }

    async fn page(
        &self,
        proof: &ServiceProof,
        pace: &Pace,
        mut cursor: Cursor,
    ) -> (Cursor, Result<RawPage>) {
        let reserved = pace.wait().await;
        let scan = RawScan {
            table: &self.table,
            segment: (cursor.segment, self.segments),
            limit: None,
            start: cursor.start.take(),
        };
        let answer = inspect::page(&self.client, self.guard, proof, scan).await;
        if let Ok(page) = &answer {
            // Where DynamoDB does not tell: as much as a page can cost.
            pace.settle(reserved, page.capacity.unwrap_or(UNITS_OF_PAGE));
        }
        (cursor, answer)
    }
}

impl fmt::Debug for TableScan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableScan")
            .field("table", &self.table)
            .field("segments", &self.segments)
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}

/// Where a segment is.
struct Cursor {
    segment: u32,
    page: u64,
    start: Option<Attributes>,
}

/// When the next request may be sent. Each reserves what the last one cost, so that segments do not
/// wait for one moment and then all go.
struct Pace {
    rate: Option<f64>,
    state: Mutex<PaceState>,
}

#[derive(Clone, Copy)]
struct PaceState {
    free: Instant,
    /// Units that a page is thought to cost.
    estimate: f64,
}

impl Pace {
    fn new(rate: Option<f64>) -> Self {
        // Not more than a second's worth, before it is known.
        let estimate = rate.map_or(0.0, |rate| rate.min(UNITS_OF_PAGE));
        Self { rate, state: Mutex::new(PaceState { free: Instant::now(), estimate }) }
    }

    /// Waits until a request may be sent; the units that were reserved for it.
    async fn wait(&self) -> f64 {
        let Some(rate) = self.rate else { return 0.0 };
        loop {
            let free = {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                let now = Instant::now();
                if state.free <= now {
                    state.free = now + time_of(state.estimate, rate);
                    return state.estimate;
                }
                state.free
            };
            tokio::time::sleep_until(free).await;
        }
    }

    /// Takes in what the request did cost.
    fn settle(&self, reserved: f64, spent: f64) {
        let Some(rate) = self.rate else { return };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (more, less) = (time_of(spent - reserved, rate), time_of(reserved - spent, rate));
        let free = state.free + more;
        *state = PaceState { free: free.checked_sub(less).unwrap_or(free), estimate: spent };
    }
}

/// How long units take; no time for less than none.
fn time_of(units: f64, rate: f64) -> Duration {
    Duration::try_from_secs_f64((units / rate).max(0.0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_was_spent_is_waited_for() {
        let begin = Instant::now();
        let pace = Pace::new(Some(10.0));
        let mut sent = Vec::new();
        for spent in [5.0, 1.0, 100.0, 100.0] {
            let reserved = pace.wait().await;
            sent.push(begin.elapsed().as_millis());
            pace.settle(reserved, spent);
        }
        pace.wait().await;
        sent.push(begin.elapsed().as_millis());
        // Half a second for 5 units, a tenth for one, ten for a hundred. The clock of tokio goes by
        // the millisecond, and up.
        for (at, expected) in sent.iter().zip([0, 500, 600, 10_600, 20_600]) {
            assert!((expected..expected + 9).contains(at), "{sent:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn segments_do_not_go_all_at_once() {
        let begin = Instant::now();
        let pace = Pace::new(Some(10.0));
        // None has an answer yet.
        futures_util::future::join_all((0..4).map(|_| pace.wait())).await;
        assert!(begin.elapsed() >= Duration::from_secs(3));
        let free = Pace::new(None);
        futures_util::future::join_all((0..4).map(|_| free.wait())).await;
        assert!(begin.elapsed() < Duration::from_secs(4));
    }
}
