//! One segment: page after page, each in the checkpoint once it is finished. It never finishes a page
//! with an item that was not looked at.

use std::pin::pin;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use futures_util::future::{Either, select};

use super::item::Outcome;
use super::{FailedItem, Run, Trouble};
use crate::error::{Error, Result};
use crate::jobs::checkpoint::Place;
use crate::jobs::counts::{Counts, FailureReason};
use crate::jobs::progress::ProgressEvent;
use crate::record::{Attributes, Record};

impl<R: Record + Send + Sync> Run<'_, R> {
    /// Runs a segment to its end, or until another fails.
    pub(super) async fn segment(&self, place: Place) -> Result<()> {
        let Place { segment, mut start, mut counts, .. } = place;
        // What the last page took is what the next one may take.
        let mut estimate = 1.0;
        while !self.stop.load(Ordering::Relaxed) {
            let next = {
                let page = pin!(self.page(segment, start.take(), &mut counts, &mut estimate));
                self.kept(segment, page).await?
            };
            self.tell(segment, &counts, next.is_none());
            if next.is_none() {
                return Ok(());
            }
            start = next;
        }
        Ok(())
    }

    /// Does something while the segment is kept.
    async fn kept<T>(
        &self,
        segment: u32,
        work: impl Future<Output = Result<T>> + Unpin,
    ) -> Result<T> {
        let Some(checkpoint) = &self.checkpoint else { return work.await };
        let keep = pin!(checkpoint.keep(&self.worker, segment));
        match select(work, keep).await {
            Either::Left((done, _)) => done,
            Either::Right((lost, _)) => Err(lost),
        }
    }

    /// One page, into the checkpoint; gives where the next one begins.
    async fn page(
        &self,
        segment: u32,
        start: Option<Attributes>,
        counts: &mut Counts,
        estimate: &mut f64,
    ) -> Result<Option<Attributes>> {
        let Run { worker, capacity, .. } = self;
        let place = (signed(segment), signed(self.segments));
        let (start, limit, units) = (&start, signed(self.page_size), *estimate);
        let read = || async move {
            capacity.read.take(units).await;
            worker.store().raw_page(&worker.proof, place, limit, start.clone()).await
        };
        let page = worker.patiently(read).await?;
        let consumed = page.units.unwrap_or_else(|| read_units(&page.items));
        capacity.read.correct(units, Some(consumed));
        *estimate = consumed;
        let mut of_page = Counts::default();
        for item in page.items {
            self.count(item, &mut of_page).await?;
        }
        counts.add(&of_page);
        if let Some(checkpoint) = &self.checkpoint {
            checkpoint.commit(worker, segment, page.next.as_ref(), counts).await?;
        }
        Ok(page.next)
    }

    /// Seals an item, and counts what became of it.
    async fn count(&self, item: Attributes, counts: &mut Counts) -> Result<()> {
        let key = Self::key_of(&item);
        let outcome = self.seal(item).await;
        match outcome {
            Ok(Outcome::Sealed) => counts.sealed += 1,
            Ok(Outcome::Settled) => counts.settled += 1,
            Ok(Outcome::OtherRecord) => counts.other_records += 1,
            Ok(Outcome::Gone) => counts.gone += 1,
            Err(Trouble::Item(error)) => {
                let reason = FailureReason::of(&error);
                counts.fail(reason);
                self.tell_failure(&key, reason, &error);
            }
            Err(Trouble::Job(error)) => return Err(error),
        }
        counts.scanned += 1;
        Ok(())
    }

    fn tell_failure(&self, key: &Attributes, reason: FailureReason, error: &Error) {
        if let Some(tell) = &self.on_failure {
            tell(FailedItem { key, reason, error });
        }
    }

    fn tell(&self, segment: u32, counts: &Counts, done: bool) {
        {
            let mut all = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            let at = usize::try_from(segment).unwrap_or(usize::MAX);
            if let Some(own) = all.get_mut(at) {
                own.clone_from(counts);
            }
        }
        let (table, total) = (self.worker.store().table_name(), &self.total());
        self.progress.tell(ProgressEvent::Page { table, segment, counts, total, done });
    }
}

/// As DynamoDB takes it. Both were bounded when they were set.
fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Read capacity units of a page where DynamoDB does not say: one for each 4 KB that was begun.
fn read_units(items: &[Attributes]) -> f64 {
    let len: usize = items.iter().map(crate::codec::item_len).sum();
    f64::from(u32::try_from(len.div_ceil(4096).max(1)).unwrap_or(u32::MAX))
}
