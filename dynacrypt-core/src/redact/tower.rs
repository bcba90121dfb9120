//! The egress guard: a tower layer that reads responses before they leave, and withholds or masks
//! those with secrets in them. It never logs what it found, and never lets through what it was told
//! to read and could not.

mod body;

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, SET_COOKIE,
};
use http::{HeaderValue, Response, StatusCode};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

pub use self::body::EgressBody;
use self::body::Read;
use super::{Hit, Redactor, json, text};
use crate::observe;
use crate::reveal::RevealPass;

/// Bytes of a body that are read unless told otherwise: 1 MiB.
const DEFAULT_LIMIT: usize = 1 << 20;
const WITHHELD: &str = r#"{"error":"response withheld"}"#;

/// What becomes of a response that cannot be read: over the limit, or compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unreadable {
    /// It is withheld.
    #[default]
    Withhold,
    /// It passes, with an event.
    Pass,
}

/// Reads each response before it leaves, and withholds those in which a secret is found by its
/// shape or as a canary. Names play no part: an answer may well have a member called `ssn`.
///
/// A response that is withheld becomes one of status 500 with a fixed body. Each finding is an event
/// of target [`observe::EGRESS`]: shape and place, never the text.
///
/// A response that reveals a secret on purpose has the [`RevealPass`] of its
/// [`Revealed`](crate::reveal::Revealed) in its extensions: its body leaves as it is, once. Forget the
/// pass, and the response is withheld.
///
/// Works with any service over `http` types, such as axum's. Put it inside a compression layer, so
/// that it sees bodies as they were written.
///
/// # Examples
/// ```
/// use dynacrypt_core::redact::{EgressGuard, Redactor, Shape, Unreadable};
///
/// // The service answers with tokens on purpose, and streams files larger than the limit.
/// let redactor = Redactor::new().without_shape(Shape::JsonWebToken);
/// let guard = EgressGuard::new(redactor).with_limit(256 * 1024).unreadable(Unreadable::Pass);
/// # let _ = guard;
/// ```
///
/// # Security
/// The body is collected before the first byte leaves: a response that streams for ever is held until
/// the limit. Route such answers around the guard, or give them a limit of their own.
#[derive(Clone)]
pub struct EgressGuard {
    settings: Arc<Settings>,
}

#[derive(Clone)]
struct Settings {
    redactor: Redactor,
    limit: usize,
    unreadable: Unreadable,
    mask: bool,
    status: StatusCode,
}

impl EgressGuard {
    /// Withholds responses with secrets in them, and those over 1 MiB.
    #[must_use]
    pub fn new(redactor: Redactor) -> Self {
        let settings = Settings {
            redactor,
            limit: DEFAULT_LIMIT,
            unreadable: Unreadable::default(),
            mask: false,
            status: StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { settings: Arc::new(settings) }
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    /// Masks what is found in a text and lets the rest pass. A body that is no UTF-8 is withheld
    /// all the same.
    #[must_use]
    pub fn masking(self) -> Self {
        self.with(|settings| settings.mask = true)
    }

    /// Reads bodies of up to this many bytes.
    #[must_use]
    pub fn with_limit(self, bytes: usize) -> Self {
        self.with(|settings| settings.limit = bytes)
    }

    /// What becomes of a response that cannot be read.
    #[must_use]
    pub fn unreadable(self, unreadable: Unreadable) -> Self {
        self.with(|settings| settings.unreadable = unreadable)
    }

    /// The status of a response that is withheld: 502 behind a proxy, say.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        self.with(|settings| settings.status = status)
    }
}

impl fmt::Debug for EgressGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EgressGuard")
            .field("limit", &self.settings.limit)
            .field("unreadable", &self.settings.unreadable)
            .field("mask", &self.settings.mask)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for EgressGuard {
    type Service = EgressService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        EgressService { inner, settings: Arc::clone(&self.settings) }
    }
}

/// A service behind an [`EgressGuard`].
#[derive(Clone)]
pub struct EgressService<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S> fmt::Debug for EgressService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EgressService").finish_non_exhaustive()
    }
}

impl<S, Q, B> Service<Q> for EgressService<S>
where
    S: Service<Q, Response = Response<B>>,
    S::Future: Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    type Response = Response<EgressBody<B>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Q) -> Self::Future {
        let settings = Arc::clone(&self.settings);
        let response = self.inner.call(request);
        Box::pin(async move {
            let response = match response.await {
                Ok(response) => response,
                Err(error) => return Err(error),
            };
            Ok(settings.guard(response).await)
        })
    }
}

impl Settings {
    async fn guard<B>(&self, response: Response<B>) -> Response<EgressBody<B>>
    where
        B: Body,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let (mut parts, body) = response.into_parts();
        let pass = parts.extensions.remove::<RevealPass>();
        if !self.check_headers(&mut parts.headers) {
            return self.withheld();
        }
        if is_encoded(&parts.headers) {
            return match self.unreadable {
                Unreadable::Withhold => {
                    tracing::warn!(target: observe::EGRESS, reason = "encoded", "response withheld");
                    self.withheld()
                }
                Unreadable::Pass => {
                    tracing::warn!(target: observe::EGRESS, reason = "encoded", "response passed unread");
                    Response::from_parts(parts, EgressBody::unread(body))
                }
            };
        }
        match body::read(body, self.limit).await {
            Read::Whole { bytes, trailers } => {
                let revealed = pass.is_some_and(|pass| pass.redeem());
                let hits = if revealed { Vec::new() } else { self.redactor.find(&bytes) };
                report(&hits, "body");
                let mut trailers = trailers;
                if trailers.as_mut().is_some_and(|trailers| !self.check_headers(trailers)) {
                    return self.withheld();
                }
                if hits.is_empty() {
                    return Response::from_parts(parts, EgressBody::whole(bytes, trailers));
                }
                match self.masked(&parts.headers, &bytes) {
                    Some(masked) => {
                        for stale in STALE {
                            parts.headers.remove(stale);
                        }
                        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(masked.len()));
                        Response::from_parts(parts, EgressBody::whole(masked.into(), trailers))
                    }
                    None => self.withheld(),
                }
            }
            Read::Over(body) if self.unreadable == Unreadable::Pass => {
                tracing::warn!(target: observe::EGRESS, reason = "over the limit", "response passed unread");
                Response::from_parts(parts, body)
            }
            Read::Over(_) => {
                tracing::warn!(target: observe::EGRESS, reason = "over the limit", "response withheld");
                self.withheld()
            }
            Read::Failed => {
                tracing::warn!(target: observe::EGRESS, reason = "the body failed", "response withheld");
                self.withheld()
            }
        }
    }

    /// Looks at headers, and masks what it finds where it is to mask; gives whether they may pass.
    /// A cookie is a credential, and is meant to leave: there, canaries alone count.
    fn check_headers(&self, headers: &mut HeaderMap) -> bool {
        let mut pass = true;
        for (name, value) in headers.iter_mut() {
            let mut hits = self.redactor.find(value.as_bytes());
            if *name == SET_COOKIE {
                hits.retain(|hit| hit.shape() == super::Shape::Canary);
            }
            if hits.is_empty() {
                continue;
            }
            report(&hits, "header");
            if self.mask {
                *value = HeaderValue::from_static(super::MASK);
            } else {
                pass = false;
            }
        }
        pass
    }

    /// The body with what was found masked; `None` where it is to be withheld.
    fn masked(&self, headers: &HeaderMap, bytes: &[u8]) -> Option<String> {
        let whole = std::str::from_utf8(bytes).ok().filter(|_| self.mask)?;
        let is_json = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.contains("json"));
        let masked = if is_json {
            json::mask(&self.redactor, None, whole)
        } else {
            text::mask(&self.redactor, None, whole)
        };
        // What masking could not reach, such as a secret over the bounds of a string.
        self.redactor.find(&masked).is_empty().then_some(masked)
    }

    fn withheld<B>(&self) -> Response<EgressBody<B>> {
        let mut response = Response::new(EgressBody::whole(WITHHELD.into(), None));
        *response.status_mut() = self.status;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(WITHHELD.len()));
        response
    }
}

/// Headers that speak of the bytes of the body.
const STALE: [HeaderName; 5] = [
    CONTENT_LENGTH,
    ETAG,
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("repr-digest"),
];

fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn report(hits: &[Hit], place: &'static str) {
    for hit in hits {
        let (shape, offset) = (hit.shape().name(), hit.start());
        tracing::warn!(target: observe::EGRESS, shape, place, offset, "a secret in a response");
    }
}

#[cfg(test)]
mod tests;
