//! Request guards: what a route asks for by naming it in its signature. None of them decides who may
//! see what: the repository does.

use example_common::problem::Problem;
use example_common::tokens;
use example_common::version;
use rocket::request::{FromRequest, Outcome, Request};

use crate::answer::refuse;
use crate::app::Service;

/// The authenticated caller, counted. Name it before the body: then nobody else's is read.
pub(crate) struct Caller(pub(crate) tokens::Caller);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Caller {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        outcome(
            request,
            Service::of(request).and_then(|service| {
                let caller = service.verifier.caller(request.headers().get("authorization"))?;
                service.rates.caller(caller.id())?;
                Ok(Self(caller))
            }),
        )
    }
}

/// The values of `If-Match`.
pub(crate) struct IfMatch<'r>(Vec<&'r str>);

impl IfMatch<'_> {
    /// The version that a write expects.
    pub(crate) fn version(&self, in_body: Option<u64>) -> Result<u64, Problem> {
        version::expected(&self.0, in_body)
    }

    /// The version, where the request names one.
    pub(crate) fn optional(&self) -> Result<Option<u64>, Problem> {
        if self.0.is_empty() { Ok(None) } else { self.version(None).map(Some) }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IfMatch<'r> {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        Outcome::Success(Self(request.headers().get("if-match").collect()))
    }
}

/// That this deployment writes: in the first of the three, the old program still does.
pub(crate) struct Writes;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Writes {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        outcome(
            request,
            Service::of(request).and_then(|service| {
                if service.writes { Ok(Self) } else { Err(Problem::unavailable()) }
            }),
        )
    }
}

fn outcome<T>(request: &Request<'_>, result: Result<T, Problem>) -> Outcome<T, Problem> {
    match result {
        Ok(guard) => Outcome::Success(guard),
        Err(problem) => Outcome::Error(refuse(request, problem)),
    }
}
