//! Streams of what a read gives: lazily, a page at a time. It never holds more than the page that is
//! being handed out and the answer that is being read, and asks for none ahead.

use std::collections::HashSet;
use std::fmt;
use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, Stream, StreamExt};

use super::Output;
use super::read::{Checked, Read};
use crate::envelope::Header;
use crate::error::Result;
use crate::material::WrappedDataKey;
use crate::record::{Attributes, HEADER_ATTRIBUTE, Record};
use crate::seal::Sealer;
use crate::sealed::Unopened;

/// What a query or scan gives, one item after another: records, projections, items of any type.
///
/// It is lazy: nothing is sent before it is polled for the first time, and no page before the one
/// before it is used up. It holds one page, and while the next arrives, the answer that it is read
/// from. An item that does not open is one `Err`, and the stream goes on; an error of the service
/// ends it. Dropping it, or a future of [`next`](Self::next), loses nothing.
///
/// # Examples
/// ```
/// use dynacrypt_core::error::Result;
/// use dynacrypt_core::repository::RecordStream;
///
/// async fn count_readable<R: Send>(mut records: RecordStream<R>) -> usize {
///     let mut readable = 0;
///     while let Some(record) = records.next().await {
///         readable += usize::from(record.is_ok());
///     }
///     readable
/// }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct RecordStream<T>(Pin<Box<dyn Stream<Item = Result<T>> + Send>>);

impl<T> RecordStream<T> {
    pub(super) fn of(stream: impl Stream<Item = Result<T>> + Send + 'static) -> Self {
        // Polled after its end, it says the same again.
        Self(Box::pin(stream.fuse()))
    }

    /// The next item; `None` at the end.
    ///
    /// # Errors
    /// Of one item: `is_decrypt`, `is_not_sealed`, `is_invalid_item`. Of the whole, and the last
    /// thing it gives: `is_access_denied`, `is_invalid_request`, and DynamoDB's.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| self.0.as_mut().poll_next(context)).await
    }

    /// Everything, or the first error.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn collect_all(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }
}

impl<T> Stream for RecordStream<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for RecordStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordStream").finish_non_exhaustive()
    }
}

/// Where a reading stands.
enum Place {
    At(Option<Attributes>),
    End,
}

/// A reading that is under way.
struct Cursor<R> {
    read: Read<R>,
    checked: Option<Checked<R>>,
    page: std::vec::IntoIter<Unopened<R>>,
    place: Place,
    left: Option<usize>,
}

impl<R: Record> Cursor<R> {
    async fn next<O: Output<R>>(&mut self) -> Option<Result<O::Item>> {
        loop {
            if self.left == Some(0) {
                return None;
            }
            if let Some(item) = self.page.next() {
                self.left = self.left.map(|left| left - 1);
                let sealer = &self.read.repository.sealer;
                return Some(O::open(sealer, &self.read.principal, item).await);
            }
            let Place::At(start) = &mut self.place else { return None };
            let start = start.take();
            if let Err(error) = self.fetch::<O>(start).await {
                self.place = Place::End;
                return Some(Err(error));
            }
        }
    }

    async fn fetch<O: Output<R>>(&mut self, start: Option<Attributes>) -> Result<()> {
        let checked = match &mut self.checked {
            Some(checked) => checked,
            none => none.insert(self.read.check::<O>(false)?),
        };
        let page = self.read.fetch(checked, start, self.left).await?;
        self.place = page.next.map_or(Place::End, |next| Place::At(Some(next)));
        if O::OPENS {
            unwrap_ahead(&self.read.repository.sealer, &page.items, self.left).await;
        }
        self.page = page.items.into_iter();
        Ok(())
    }
}

/// Everything that a read gives, up to its limit.
pub(super) fn items<R, O>(read: Read<R>) -> RecordStream<O::Item>
where
    R: Record + 'static,
    O: Output<R>,
{
    RecordStream::of(from_cursor::<R, O>(read, None))
}

fn from_cursor<R, O>(
    read: Read<R>,
    checked: Option<Checked<R>>,
) -> impl Stream<Item = Result<O::Item>> + Send + 'static
where
    R: Record + 'static,
    O: Output<R>,
{
    let (left, page) = (read.limit, Vec::new().into_iter());
    let cursor = Cursor { left, read, checked, page, place: Place::At(None) };
    stream::unfold(cursor, |mut cursor| async move {
        cursor.next::<O>().await.map(|item| (item, cursor))
    })
}

/// A scan in segments at once, each with a page of its own, up to the limit of all. It is checked,
/// and audited, once.
pub(super) fn segments<R, O>(read: Read<R>, segments: u32) -> RecordStream<O::Item>
where
    R: Record + 'static,
    O: Output<R>,
{
    let limit = read.limit;
    let begun = async move { read.check::<O>(false).map(|checked| (read, checked)) };
    let all = stream::once(begun).flat_map(move |begun| match begun {
        Err(error) => stream::once(ready(Err(error))).left_stream(),
        Ok((read, checked)) => {
            let streams = (0..segments).map(|number| {
                let mut checked = checked.clone();
                checked.wanted.segment = Some((number, segments));
                Box::pin(from_cursor::<R, O>(Read { limit: None, ..read.clone() }, Some(checked)))
            });
            stream::select_all(streams).right_stream()
        }
    });
    match limit {
        Some(limit) => RecordStream::of(all.take(limit)),
        None => RecordStream::of(all),
    }
}

/// Most data keys that are unwrapped at once.
const AT_ONCE: usize = 16;

/// Unwraps the data keys of a page's items at once, where there are several: their items are then
/// opened one after another without waiting. Of items beyond those that are wanted it unwraps none;
/// what fails fails again with its item.
pub(super) async fn unwrap_ahead<R: Record>(
    sealer: &Sealer,
    items: &[Unopened<R>],
    wanted: Option<usize>,
) {
    let table = R::SCHEMA.table();
    let mut seen: HashSet<&[u8]> = HashSet::new();
    let mut distinct = Vec::new();
    for item in items.iter().take(wanted.unwrap_or(usize::MAX)) {
        if let Some(AttributeValue::B(header)) = item.attributes().get(HEADER_ATTRIBUTE)
            && seen.insert(Header::wrapped_bytes(header.as_ref()))
        {
            distinct.push(header.as_ref());
        }
    }
    if distinct.len() > 1 {
        let unwrapped = distinct.into_iter().filter_map(Header::parse).map(|header| async {
            drop(sealer.opening_key(table, header.wrapped).await);
        });
        let unwrapped: Vec<_> = unwrapped.collect();
        stream::iter(unwrapped).buffer_unordered(AT_ONCE).collect::<()>().await;
    }
}

/// Wrapped data keys of an item.
pub(super) fn wrapped_keys(item: &Attributes) -> Option<Vec<WrappedDataKey>> {
    match item.get(HEADER_ATTRIBUTE) {
        Some(AttributeValue::B(header)) => {
            Header::parse(header.as_ref()).map(|header| header.wrapped)
        }
        _ => None,
    }
}
