//! Fairings: what happens to every request and answer, whether or not there is a route. None of them
//! looks at who the caller is.

use std::io::Cursor;
use std::time::Instant;

use example_common::problem::Problem;
use example_common::{egress, headers, logs};
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Header;
use rocket::{Data, Request, Response, uri};
use tokio::sync::OwnedSemaphorePermit;

use crate::answer::{Pass, Refused, refuse};
use crate::app::Service;

/// Lets requests in: not those that a trusted proxy took over plain HTTP, not too many of one
/// address, not too many at once.
pub(crate) struct Entry;

/// The place of a request among those under way, for as long as there is one.
struct Place(#[expect(dead_code, reason = "held, not read")] Option<OwnedSemaphorePermit>);

impl Entry {
    fn admit(request: &Request<'_>) -> Result<(), Problem> {
        let service = Service::of(request)?;
        let peer = request.remote().ok_or_else(Problem::internal)?;
        let proto = request.headers().get("x-forwarded-proto");
        let forwarded_for = request.headers().get("x-forwarded-for");
        let address = service.proxies.admit(peer.ip(), proto, forwarded_for)?;
        service.rates.address(address)?;
        let place =
            service.places.clone().try_acquire_owned().map_err(|_| Problem::unavailable())?;
        request.local_cache(|| Place(Some(place)));
        Ok(())
    }
}

#[rocket::async_trait]
impl Fairing for Entry {
    fn info(&self) -> Info {
        Info { name: "entry", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        if let Err(problem) = Self::admit(request) {
            refuse(request, problem);
            // A fairing cannot answer: a path without a route leaves it to the catcher, and no
            // guard or handler runs.
            request.set_uri(uri!("/refused"));
        }
    }
}

/// Withholds answers with secrets in them, but those that are there to reveal one.
#[derive(Default)]
pub(crate) struct Egress(egress::Egress);

#[rocket::async_trait]
impl Fairing for Egress {
    fn info(&self) -> Info {
        Info { name: "egress guard", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let checked = match response.body_mut().to_bytes().await {
            Ok(body) => {
                let headers: Vec<String> =
                    response.headers().iter().map(|header| header.value.into_owned()).collect();
                self.0.check(headers, &body, Pass::of(request)).map(|()| body)
            }
            Err(_) => Err(Problem::internal()),
        };
        match checked {
            Ok(body) if body.is_empty() => {}
            Ok(body) => response.set_sized_body(body.len(), Cursor::new(body)),
            Err(problem) => *response = Refused(problem).response(),
        }
    }
}

/// Security headers, on every answer.
pub(crate) struct SecurityHeaders(Vec<Header<'static>>);

impl SecurityHeaders {
    pub(crate) fn new() -> Self {
        let headers = headers::api().into_iter();
        Self(headers.map(|(name, value)| Header::new(name, value)).collect())
    }
}

#[rocket::async_trait]
impl Fairing for SecurityHeaders {
    fn info(&self) -> Info {
        Info { name: "security headers", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, _: &'r Request<'_>, response: &mut Response<'r>) {
        for header in &self.0 {
            response.set_header(header.clone());
        }
    }
}

/// When a request came in.
pub(crate) struct Started(pub(crate) Instant);

/// One event a request, by the pattern of its route.
pub(crate) struct Log;

#[rocket::async_trait]
impl Fairing for Log {
    fn info(&self) -> Info {
        Info { name: "log", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let Started(started) = request.local_cache(|| Started(Instant::now()));
        let route = request.route().map(|route| route.uri.as_str());
        let (method, status) = (request.method().as_str(), response.status().code);
        logs::answered(method, route, status, started.elapsed());
    }
}
