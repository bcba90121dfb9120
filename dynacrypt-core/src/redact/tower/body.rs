//! Bodies that were read, and those that pass unread. It never looks at what they hold.

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

/// The body of a response that passed an [`EgressGuard`](super::EgressGuard).
pub struct EgressBody<B> {
    /// What was read already.
    read: VecDeque<Frame<Bytes>>,
    /// What was not.
    rest: Option<Pin<Box<B>>>,
}

/// What reading a body gave.
pub(super) enum Read<B> {
    Whole {
        bytes: Bytes,
        trailers: Option<HeaderMap>,
    },
    /// It has more than the limit.
    Over(EgressBody<B>),
    Failed,
}

impl<B> EgressBody<B> {
    pub(super) fn whole(bytes: Bytes, trailers: Option<HeaderMap>) -> Self {
        let data = (!bytes.is_empty()).then(|| Frame::data(bytes));
        let read = data.into_iter().chain(trailers.map(Frame::trailers)).collect();
        Self { read, rest: None }
    }

    pub(super) fn unread(body: B) -> Self {
        Self { read: VecDeque::new(), rest: Some(Box::pin(body)) }
    }
}

/// Reads a body of up to this many bytes.
pub(super) async fn read<B>(body: B, limit: usize) -> Read<B>
where
    B: Body,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let mut body = Box::pin(body);
    let mut read: VecDeque<Frame<Bytes>> = VecDeque::new();
    let (mut len, mut trailers) = (0_usize, None);
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Read::Failed };
        match whole(frame).into_data() {
            Ok(data) => {
                len = len.saturating_add(data.len());
                read.push_back(Frame::data(data));
            }
            Err(frame) => trailers = frame.into_trailers().ok(),
        }
        if len > limit {
            return Read::Over(EgressBody { read, rest: Some(body) });
        }
    }
    let mut bytes = BytesMut::with_capacity(len);
    for data in read.into_iter().filter_map(|frame| frame.into_data().ok()) {
        bytes.extend_from_slice(&data);
    }
    Read::Whole { bytes: bytes.freeze(), trailers }
}

fn whole<D: Buf>(frame: Frame<D>) -> Frame<Bytes> {
    frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))
}

impl<B: Body> Body for EgressBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if let Some(frame) = self.read.pop_front() {
            return Poll::Ready(Some(Ok(frame)));
        }
        match &mut self.rest {
            Some(rest) => {
                let frame = ready!(rest.as_mut().poll_frame(context));
                Poll::Ready(frame.map(|frame| frame.map(whole)))
            }
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.read.is_empty() && self.rest.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let read: usize = self.read.iter().filter_map(Frame::data_ref).map(Bytes::len).sum();
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        let rest = self.rest.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint);
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(read));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(read));
        }
        hint
    }
}

impl<B> fmt::Debug for EgressBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EgressBody").field("unread", &self.rest.is_some()).finish_non_exhaustive()
    }
}
