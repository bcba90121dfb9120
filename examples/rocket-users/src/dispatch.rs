//! One request of hyper's, to Rocket and back, in process: through the same fairings, guards and
//! catchers as from its own server. It never lets a request take longer than it may.

use std::net::SocketAddr;
use std::time::Instant;

use example_common::limits::{self, MAX_BODY};
use example_common::problem::Problem;
use example_common::{headers, logs};
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use rocket::http::uri::Origin;
use rocket::http::{Header, Method};
use rocket::local::asynchronous::{Client, LocalResponse};
use tracing::Instrument;
use zeroize::Zeroizing;

use crate::fairings::Started;

/// Bytes beyond the bound that are read and thrown away, so that a client that is still sending
/// hears why its body is refused.
const THROWN_AWAY: usize = 1024 * 1024;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers one request, in a span with an id, which the answer has too.
pub(crate) async fn answer(
    rocket: &Client,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (id, started) = (logs::request_id(), Instant::now());
    let span = logs::request_span(&id);
    let method = request.method().clone();
    // On the heap: a request of Rocket's is large.
    let answered = Box::pin(dispatch(rocket, peer, started, request));
    let mut response = async {
        match tokio::time::timeout(limits::REQUEST, answered).await {
            Ok(Ok(response)) => response,
            Ok(Err(problem)) => before_rocket(&problem, method.as_str(), started),
            Err(_) => before_rocket(&Problem::unavailable(), method.as_str(), started),
        }
    }
    .instrument(span)
    .await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn dispatch(
    rocket: &Client,
    peer: SocketAddr,
    started: Instant,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Problem> {
    let (parts, body) = request.into_parts();
    // Rocket reads methods in any case; HTTP does not.
    let method = parts.method.as_str().parse::<Method>().ok();
    let method = method.filter(|method| method.as_str() == parts.method.as_str());
    let method = method.ok_or_else(|| Problem::method_not_allowed(""))?;
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str()).to_owned();
    // Rocket refuses these past its fairings: without headers, and without an event.
    if Origin::parse(&target).is_err() {
        return Err(Problem::bad_request("the request is not valid"));
    }
    let body = collect(&parts.headers, body).await?;
    let mut request = rocket.req(method, target).remote(peer).body(body);
    for (name, value) in &parts.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        request.add_header(Header::new(name.as_str().to_owned(), value));
    }
    request.local_cache(|| Started(started));
    finish(request.dispatch().await).await
}

/// The body, or one byte more of it than a body may have: what is wrong with it is the guard's to
/// say, once it is known who sent it.
async fn collect(headers: &HeaderMap, mut body: Incoming) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let said: usize = length.unwrap_or(0);
    let mut collected = Zeroizing::new(Vec::with_capacity(MAX_BODY + 1));
    let mut read = 0_usize;
    while said <= THROWN_AWAY && read <= THROWN_AWAY {
        let Some(frame) = body.frame().await else { break };
        let frame = frame.map_err(|_| Problem::bad_request("the body ended early"))?;
        let piece = frame.data_ref().map_or(&[][..], |piece| piece);
        read = read.saturating_add(piece.len());
        let space = (MAX_BODY + 1).saturating_sub(collected.len());
        collected.extend(piece.iter().take(space));
    }
    Ok(collected)
}

async fn finish(response: LocalResponse<'_>) -> Result<Response<Full<Bytes>>, Problem> {
    let status = StatusCode::from_u16(response.status().code).map_err(|_| Problem::internal())?;
    let mut headers = HeaderMap::new();
    for header in response.headers().iter() {
        let name = HeaderName::try_from(header.name.as_str()).map_err(|_| Problem::internal())?;
        let value = HeaderValue::from_str(&header.value).map_err(|_| Problem::internal())?;
        headers.append(name, value);
    }
    let body = response.into_bytes().await.unwrap_or_default();
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// A refusal that no fairing of Rocket's has seen: with the same headers, and an event as well.
fn before_rocket(problem: &Problem, method: &str, started: Instant) -> Response<Full<Bytes>> {
    let mut response = problem.response::<String>().map(Full::from);
    for (name, value) in headers::api() {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    logs::answered(method, None, problem.status().as_u16(), started.elapsed());
    response
}
