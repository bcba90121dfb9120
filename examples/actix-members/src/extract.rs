//! What handlers take from a request: the caller, the id in the path, a version, a body. It never
//! reads a body before a handler asks for it, and never answers with actix's own texts.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{
    AUTHORIZATION, AsHeaderName, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MATCH,
};
use actix_web::{FromRequest, HttpRequest, web};
use example_common::input::{self, Incoming};
use example_common::problem::Problem;
use example_common::{tokens, version};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use crate::answer::Refused;
use crate::app::Service;
use crate::members::{Part, Whole};

/// The authenticated caller, counted.
pub(crate) struct Caller(pub(crate) tokens::Caller);

impl FromRequest for Caller {
    type Error = Refused;
    type Future = Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request).map(Self).map_err(Refused::from))
    }
}

fn caller(request: &HttpRequest) -> Result<tokens::Caller, Problem> {
    let service = request.app_data::<web::Data<Service>>().ok_or_else(Problem::internal)?;
    let caller = service.verifier.caller(values(request.headers(), &AUTHORIZATION))?;
    service.rates.caller(caller.id())?;
    Ok(caller)
}

/// The id in the path. Whether the caller may see it is the members' to say.
pub(crate) struct UserId(pub(crate) String);

impl FromRequest for UserId {
    type Error = Refused;
    type Future = Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let path = web::Path::<String>::from_request(request, payload).into_inner();
        // Percent signs that are no text name nothing.
        ready(path.map(|id| Self(id.into_inner())).map_err(|_| Problem::not_found().into()))
    }
}

/// The values of `If-Match`.
pub(crate) struct IfMatch(Vec<Vec<u8>>);

impl IfMatch {
    /// The version that a write expects.
    pub(crate) fn version(&self, in_body: Option<u64>) -> Result<u64, Problem> {
        version::expected(&self.0, in_body)
    }

    /// The version, where the request names one.
    pub(crate) fn optional(&self) -> Result<Option<u64>, Problem> {
        if self.0.is_empty() { Ok(None) } else { self.version(None).map(Some) }
    }
}

impl FromRequest for IfMatch {
    type Error = Refused;
    type Future = Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(values(request.headers(), &IF_MATCH).map(<[u8]>::to_vec).collect())))
    }
}

/// A body of which the members are known by name.
pub(crate) trait Known: DeserializeOwned {
    const MEMBERS: &'static [&'static str];
}

impl Known for Whole {
    const MEMBERS: &'static [&'static str] = Whole::MEMBERS;
}

impl Known for Part {
    const MEMBERS: &'static [&'static str] = Whole::MEMBERS;
}

/// A body that was not read yet.
pub(crate) struct Body {
    length: Option<u64>,
    content_type: Option<Vec<u8>>,
    payload: Payload,
}

impl FromRequest for Body {
    type Error = Refused;
    type Future = Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        ready(Ok(Self {
            length: length.and_then(|length| length.parse().ok()),
            content_type: headers.get(CONTENT_TYPE).map(|value| value.as_bytes().to_vec()),
            payload: payload.take(),
        }))
    }
}

impl Body {
    /// Reads it within its bound, and parses it straight into secrets; the bytes are wiped.
    ///
    /// # Errors
    /// 400, 413, 415.
    pub(crate) async fn json<T: Known>(mut self) -> Result<T, Problem> {
        let mut incoming = Incoming::new(self.length)?;
        while let Some(piece) = self.payload.next().await {
            incoming.push(&piece.map_err(|_| Problem::bad_request("the body ended early"))?)?;
        }
        input::parse(self.content_type.as_deref(), &incoming.finish(), T::MEMBERS)
    }
}

/// The values of all headers of a name.
pub(crate) fn values(headers: &HeaderMap, name: impl AsHeaderName) -> impl Iterator<Item = &[u8]> {
    headers.get_all(name).map(HeaderValue::as_bytes)
}
