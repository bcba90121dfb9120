//! Scans: every record of a table, for services. It never runs for an owner.

use std::fmt;
use std::marker::PhantomData;

use super::DynamoRepository;
use super::output::{Output, Projected, Whole};
use super::page::{self, Page, PageToken};
use super::read::{Read, Target};
use super::stream::{self, RecordStream};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Condition;
use crate::principal::Principal;
use crate::record::{Projection, Record};

/// A scan of a table, until it is sent: in how many segments, with which filter.
///
/// It gives the items of its record type, in no order.
#[must_use = "a scan does nothing until it is streamed or a page is asked for"]
pub struct Scan<R, O = Whole> {
    read: Read<R>,
    segments: u32,
    output: PhantomData<fn() -> O>,
}

/// Most segments that DynamoDB takes.
const MAX_SEGMENTS: u32 = 1_000_000;

impl<R: Record> DynamoRepository<R> {
    /// Every record of the table, for a service.
    ///
    /// # Errors
    /// `is_access_denied` for an owner, before anything is sent.
    pub fn scan(&self, principal: &Principal) -> Scan<R> {
        let read = Read::new(self, principal, Target::Table);
        Scan { read, segments: 1, output: PhantomData }
    }
}

impl<R: Record> Scan<R> {
    /// Reads a part of each record: what the projection reads, and what authenticates it, is fetched,
    /// and nothing else decrypted.
    pub fn project<P: Projection<Record = R>>(self) -> Scan<R, Projected<P>> {
        Scan { read: self.read, segments: self.segments, output: PhantomData }
    }
}

impl<R: Record, O> Scan<R, O> {
    /// Reads so many parts of the table at once, 1 to 1,000,000. The stream holds a page for each of
    /// them, and gives their items as they come.
    ///
    /// A page token is of one segment: with more than one, pages are `is_invalid_request`.
    pub fn segments(mut self, segments: u32) -> Self {
        if !(1..=MAX_SEGMENTS).contains(&segments) {
            self.read.fail(invalid("a table is read in 1 to 1,000,000 segments"));
        }
        self.segments = segments;
        self
    }

    /// Reads one part of the table alone, counted from 0: for a job whose parts run apart, and are
    /// resumed apart by page tokens.
    pub fn segment(mut self, number: u32, of: u32) -> Self {
        if number >= of || of > MAX_SEGMENTS {
            self.read
                .fail(invalid("a segment is less than the count of segments, 1,000,000 at most"));
        }
        self.read.segment = Some((number, of));
        self
    }

    /// The read, where it is one alone.
    fn single(mut self) -> Read<R> {
        if self.segments > 1 {
            self.read.fail(invalid("a page is of one segment: say which with `segment`"));
        }
        self.read
    }
}

impl<R: Record + 'static, O: Output<R>> Scan<R, O> {
    /// Everything, a page at a time, of each segment.
    pub fn stream(mut self) -> RecordStream<O::Item> {
        if self.segments == 1 {
            return stream::items::<R, O>(self.read);
        }
        if self.read.segment.is_some() {
            self.read.fail(invalid("one segment is not read in segments"));
        }
        stream::segments::<R, O>(self.read, self.segments)
    }
}

super::options::options!(Scan[]);

impl<R, O> Clone for Scan<R, O> {
    fn clone(&self) -> Self {
        Self { read: self.read.clone(), segments: self.segments, output: PhantomData }
    }
}

impl<R: Record, O> fmt::Debug for Scan<R, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan").field("record", &R::SCHEMA.record()).finish_non_exhaustive()
    }
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidRequest).with_reason(reason)
}
