//! What handlers take from a request: the caller, the id in the path, a body. It never parses a body
//! before the caller is known, and never answers with axum's own texts.

use std::convert::Infallible;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, IF_MATCH};
use axum::http::request::Parts;
use example_common::input::{self, Incoming};
use example_common::problem::Problem;
use example_common::tokens;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use crate::answer::Refused;
use crate::app::Service;

/// The authenticated caller, counted.
pub(crate) struct Caller(pub(crate) tokens::Caller);

impl FromRequestParts<Service> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Refused> {
        let caller = service.verifier.caller(parts.headers.get_all(AUTHORIZATION))?;
        service.rates.caller(caller.id())?;
        Ok(Self(caller))
    }
}

/// The id in the path. Whether the caller may see it is the repository's to say.
pub(crate) struct UserId(pub(crate) String);

impl FromRequestParts<Service> for UserId {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Refused> {
        match Path::from_request_parts(parts, service).await {
            Ok(Path(id)) => Ok(Self(id)),
            // Percent signs that are no text name nothing.
            Err(_) => Err(Problem::not_found().into()),
        }
    }
}

/// The values of `If-Match`.
pub(crate) struct IfMatch(Vec<HeaderValue>);

impl IfMatch {
    /// The version that a write expects.
    pub(crate) fn version(&self, in_body: Option<u64>) -> Result<u64, Problem> {
        example_common::version::expected(&self.0, in_body)
    }

    /// The version, where the request names one.
    pub(crate) fn optional(&self) -> Result<Option<u64>, Problem> {
        if self.0.is_empty() { Ok(None) } else { self.version(None).map(Some) }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.get_all(IF_MATCH).iter().cloned().collect()))
    }
}

/// A body of which the members are known by name.
pub(crate) trait Members: DeserializeOwned {
    const MEMBERS: &'static [&'static str];
}

/// A JSON body, read within its bound and parsed straight into secrets; the bytes are wiped.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Members> FromRequest<Service> for Json<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &Service) -> Result<Self, Refused> {
        let (parts, mut body) = request.into_parts();
        let length = parts.headers.get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        let mut incoming = Incoming::new(length)?;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Problem::bad_request("the body ended early"))?;
            if let Some(piece) = frame.data_ref() {
                incoming.push(piece)?;
            }
        }
        let content_type = parts.headers.get(CONTENT_TYPE).map(AsRef::as_ref);
        Ok(Self(input::parse(content_type, &incoming.finish(), T::MEMBERS)?))
    }
}
