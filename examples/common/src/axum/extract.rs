//! What handlers take from a request: the caller, the id in the path, a body. It never parses a body
//! before the caller is known, and never answers with axum's own texts.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequest, FromRequestParts, Path, Request};
use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, IF_MATCH};
use axum::http::request::Parts;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use super::{Gate, Refused};
use crate::input::{self, Incoming};
use crate::problem::Problem;
use crate::tokens;

/// The authenticated caller, counted. State that handlers have gives the [`Gate`].
#[derive(Debug)]
pub struct Caller(pub tokens::Caller);

impl<S: Sync> FromRequestParts<S> for Caller
where
    Gate: FromRef<S>,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let caller = Gate::from_ref(state).caller(parts.headers.get_all(AUTHORIZATION))?;
        Ok(Self(caller))
    }
}

/// Bytes of the longest partition key that DynamoDB has.
const MAX_KEY: usize = 2048;

/// The id in the path. Whether the caller may see it is the repository's to say.
#[derive(Debug)]
pub struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(id)) if String::len(&id) <= MAX_KEY => Ok(Self(id)),
            // Percent signs that are no text, and what no key can be, name nothing.
            _ => Err(Problem::not_found().into()),
        }
    }
}

/// The values of `If-Match`.
#[derive(Debug)]
pub struct IfMatch(Vec<HeaderValue>);

impl IfMatch {
    /// The version that a write expects.
    ///
    /// # Errors
    /// As [`version::expected`](crate::version::expected).
    pub fn version(&self, in_body: Option<u64>) -> Result<u64, Problem> {
        crate::version::expected(&self.0, in_body)
    }

    /// The version, where the request names one.
    ///
    /// # Errors
    /// 400 where the header is no single version.
    pub fn optional(&self) -> Result<Option<u64>, Problem> {
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
pub trait Members: DeserializeOwned {
    /// Their names.
    const MEMBERS: &'static [&'static str];
}

/// A JSON body, read within its bound and parsed straight into secrets; the bytes are wiped.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<S: Sync, T: Members> FromRequest<S> for Json<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
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
