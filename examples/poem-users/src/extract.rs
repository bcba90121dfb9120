//! What handlers take from a request: the id in the path, the version, a body. It never parses a body
//! before the caller is known, and never answers with poem's own texts.

use std::io::ErrorKind;

use example_common::input::{self, Incoming};
use example_common::problem::Problem;
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use poem::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, IF_MATCH};
use poem::{FromRequest, Request, RequestBody, Result};
use serde::de::DeserializeOwned;

use crate::answer::Refused;

/// The id in the path. Whether the caller may see it is the repository's to say.
pub(crate) struct UserId(pub(crate) String);

impl<'a> FromRequest<'a> for UserId {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {
        // Percent signs that are no text name nothing.
        let id = request.raw_path_param("user_id");
        let id = id.ok_or_else(|| Refused::from(Problem::not_found()))?;
        Ok(Self(id.to_owned()))
    }
}

/// The values of `If-Match`.
pub(crate) struct IfMatch<'a>(&'a HeaderMap);

impl IfMatch<'_> {
    /// The version that a write expects.
    pub(crate) fn version(&self, in_body: Option<u64>) -> Result<u64, Problem> {
        example_common::version::expected(self.0.get_all(IF_MATCH), in_body)
    }

    /// The version, where the request names one.
    pub(crate) fn optional(&self) -> Result<Option<u64>, Problem> {
        if self.0.contains_key(IF_MATCH) { self.version(None).map(Some) } else { Ok(None) }
    }
}

impl<'a> FromRequest<'a> for IfMatch<'a> {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {
        Ok(Self(request.headers()))
    }
}

/// A body of which the members are known by name.
pub(crate) trait Members: DeserializeOwned {
    const MEMBERS: &'static [&'static str];
}

/// A JSON body, parsed straight into secrets; the bytes are wiped.
pub(crate) struct Json<T>(pub(crate) T);

impl<'a, T: Members> FromRequest<'a> for Json<T> {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let bytes = read(request, body).await.map_err(Refused::from)?;
        let content_type = request.headers().get(CONTENT_TYPE).map(AsRef::as_ref);
        let parsed = input::parse(content_type, &bytes.finish(), T::MEMBERS);
        Ok(Self(parsed.map_err(Refused::from)?))
    }
}

async fn read(request: &Request, body: &mut RequestBody) -> Result<Incoming, Problem> {
    let length = request.headers().get(CONTENT_LENGTH);
    let mut incoming = Incoming::new(length.and_then(|length| length.to_str().ok()?.parse().ok()))?;
    let mut body: BoxBody<_, _> = body.take().map_err(|_| Problem::internal())?.into();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error: std::io::Error| match error.kind() {
            ErrorKind::FileTooLarge => Problem::too_large(),
            _ => Problem::bad_request("the body ended early"),
        })?;
        if let Some(piece) = frame.data_ref() {
            incoming.push(piece)?;
        }
    }
    Ok(incoming)
}
