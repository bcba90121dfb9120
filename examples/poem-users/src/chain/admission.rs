//! Whether a request may go on: over HTTPS, not too often, from somebody. It never looks at what is
//! asked for.

use std::net::IpAddr;

use dynacrypt::legacy::Stage;
use example_common::problem::Problem;
use example_common::tokens::Caller;
use poem::http::Method;
use poem::http::header::AUTHORIZATION;
use poem::http::uri::Scheme;
use poem::{Addr, Request, Result};

use crate::answer::Refused;
use crate::app::Shared;

/// Where a request came from: the peer, or whom a trusted proxy names.
#[derive(Clone, Copy)]
struct Address(IpAddr);

/// Over TLS to us and, where a proxy stands in front, to the proxy.
pub(crate) fn https_only(service: &Shared, mut request: Request) -> Result<Request> {
    let peer = match &request.remote_addr().0 {
        Addr::SocketAddr(address) if *request.scheme() == Scheme::HTTPS => address.ip(),
        _ => return Err(Refused::from(Problem::https_required()).into()),
    };
    let headers = request.headers();
    let proto = headers.get_all("x-forwarded-proto").iter();
    let forwarded_for = headers.get_all("x-forwarded-for").iter();
    let address = service.proxies.admit(peer, proto, forwarded_for).map_err(Refused::from)?;
    request.set_data(Address(address));
    Ok(request)
}

/// Counts the address.
pub(crate) fn rate_of_address(service: &Shared, request: Request) -> Result<Request> {
    let Address(address) = data(&request)?;
    service.rates.address(address).map_err(Refused::from)?;
    Ok(request)
}

/// Verifies the bearer token: from here on, the request has a [`Caller`].
pub(crate) fn authenticate(service: &Shared, mut request: Request) -> Result<Request> {
    let tokens = request.headers().get_all(AUTHORIZATION);
    let caller = service.verifier.caller(tokens).map_err(Refused::from)?;
    request.set_data(caller);
    Ok(request)
}

/// Counts the caller.
pub(crate) fn rate_of_caller(service: &Shared, request: Request) -> Result<Request> {
    let caller: Caller = data(&request)?;
    service.rates.caller(caller.id()).map_err(Refused::from)?;
    Ok(request)
}

/// In the first deployment of a move from the old form, reads alone.
pub(crate) fn writes_at(stage: Stage, request: Request) -> Result<Request> {
    if stage.writes() || matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(request);
    }
    Err(Refused::from(Problem::unavailable()).into())
}

/// What a middleware before this one left with the request. Without it, the chain is in disorder.
fn data<T: Clone + Send + Sync + 'static>(request: &Request) -> Result<T> {
    request.data::<T>().cloned().ok_or_else(|| Refused::from(Problem::internal()).into())
}
