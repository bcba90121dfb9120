//! The guard over a service of our own: what passes, what is withheld, what is masked. No network.

use std::convert::Infallible;
use std::future::{Ready, ready};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use tower_layer::Layer;
use tower_service::Service;

use super::*;
use crate::principal::Principal;
use crate::record::Record;
use crate::reveal::Revealed;
use crate::secret::Secret;
use crate::testing::CapturedLogs;

const CANARY: &str = "CANARY-of-the-guard";

#[derive(dynacrypt_derive::Record)]
#[dynacrypt(table = "profiles", crate = crate)]
struct Profile {
    #[dynacrypt(partition_key, owner)]
    user_id: String,
    #[encrypted]
    api_key: Secret<String>,
}

/// Answers with what it is asked to.
#[derive(Clone)]
struct Echo;

impl<B> Service<Response<B>> for Echo {
    type Response = Response<B>;
    type Error = Infallible;
    type Future = Ready<Result<Response<B>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, response: Response<B>) -> Self::Future {
        ready(Ok(response))
    }
}

fn guard() -> EgressGuard {
    EgressGuard::new(Redactor::new().names(["ssn"]).canaries([CANARY]).unwrap())
}

async fn through<B>(guard: &EgressGuard, response: Response<B>) -> (http::response::Parts, String)
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>> + fmt::Debug,
{
    let (parts, body) = guard.layer(Echo).call(response).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts, String::from_utf8(body.to_vec()).unwrap())
}

fn answer(body: &str) -> Response<Full<Bytes>> {
    let response =
        Response::builder().header("content-type", "application/json").header("etag", "\"1\"");
    response.body(Full::from(body.to_owned())).unwrap()
}

#[tokio::test]
async fn what_is_in_order_passes_as_it_is() {
    let body = r#"{"ssn":"shown on purpose","id":"550e8400-e29b-41d4-a716-446655440000"}"#;
    for guard in [guard(), guard().masking()] {
        let (parts, passed) = through(&guard, answer(body)).await;
        assert_eq!((parts.status, passed.as_str()), (StatusCode::OK, body));
        assert_eq!(parts.headers["etag"], "\"1\"");
        let (_, empty) = through(&guard, answer("")).await;
        assert_eq!(empty, "");
    }
}

#[tokio::test]
async fn a_secret_is_withheld_and_told_of_without_it() {
    let logs = CapturedLogs::new();
    for body in [CANARY.to_owned(), "card 4111 1111 1111 1111".to_owned()] {
        let (parts, passed) = logs.follow(through(&guard(), answer(&body))).await;
        assert_eq!(parts.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(passed, r#"{"error":"response withheld"}"#);
        assert!(!parts.headers.contains_key("etag"));
    }
    assert!(logs.text().contains("dynacrypt::egress") && logs.text().contains("payment-card"));
    logs.assert_absent([CANARY, "4111 1111"]);
    let bad_gateway = guard().with_status(StatusCode::BAD_GATEWAY);
    assert_eq!(through(&bad_gateway, answer(CANARY)).await.0.status, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn masking_keeps_json_and_its_length() {
    let body = format!(r#"{{"a":"{CANARY}","n":4111111111111111,"ssn":"kept"}}"#);
    let (parts, passed) = through(&guard().masking(), answer(&body)).await;
    assert_eq!(passed, r#"{"a":"[REDACTED]","n":"[REDACTED]","ssn":"kept"}"#);
    assert_eq!(parts.headers["content-length"], passed.len().to_string());
    assert!(!parts.headers.contains_key("etag"));
    let binary = Response::new(Full::<Bytes>::from([CANARY.as_bytes(), b"\xff"].concat()));
    let (parts, _) = through(&guard().masking(), binary).await;
    assert_eq!(parts.status, StatusCode::INTERNAL_SERVER_ERROR);
}

/// A body in pieces, with the canary over the border of two, and trailers.
fn pieces(
    trailer: &str,
) -> StreamBody<impl futures_util::Stream<Item = Result<Frame<Bytes>, Infallible>>> {
    let (left, right) = CANARY.split_at(5);
    let mut trailers = HeaderMap::new();
    trailers.insert("x-trailer", HeaderValue::from_str(trailer).unwrap());
    let frames = [
        Frame::data(Bytes::from(left)),
        Frame::data(Bytes::from(right)),
        Frame::trailers(trailers),
    ];
    StreamBody::new(futures_util::stream::iter(frames.map(Ok)))
}

#[tokio::test]
async fn pieces_and_trailers_are_read_together() {
    let (parts, _) = through(&guard(), Response::new(pieces("x"))).await;
    assert_eq!(parts.status, StatusCode::INTERNAL_SERVER_ERROR);
    let other = EgressGuard::new(Redactor::new().canaries(["in the trailer"]).unwrap());
    let (parts, _) = through(&other, Response::new(pieces("in the trailer"))).await;
    assert_eq!(parts.status, StatusCode::INTERNAL_SERVER_ERROR);
    let response = other.layer(Echo).call(Response::new(pieces("x"))).await.unwrap();
    let collected = response.into_body().collect().await.unwrap();
    assert_eq!(collected.trailers().unwrap()["x-trailer"], "x");
    assert_eq!(collected.to_bytes(), CANARY);
}

#[tokio::test]
async fn what_cannot_be_read_is_withheld_or_passes_whole() {
    let small = guard().with_limit(8);
    let (parts, _) = through(&small, answer("123456789")).await;
    assert_eq!(parts.status, StatusCode::INTERNAL_SERVER_ERROR);
    let (_, body) = through(&small, answer("12345678")).await;
    assert_eq!(body, "12345678");
    let pass = guard().with_limit(8).unreadable(Unreadable::Pass);
    let (parts, body) = through(&pass, Response::new(pieces("x"))).await;
    assert_eq!((parts.status, body.as_str()), (StatusCode::OK, CANARY));
    let packed = || {
        let response = Response::builder().header("content-encoding", "gzip");
        response.body(Full::<Bytes>::from("packed")).unwrap()
    };
    assert_eq!(through(&guard(), packed()).await.0.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(through(&pass, packed()).await.1, "packed");
}

#[tokio::test]
async fn a_body_that_fails_is_withheld() {
    let frames: [Result<Frame<Bytes>, std::io::Error>; 2] =
        [Ok(Frame::data(Bytes::from("a"))), Err(std::io::Error::other(CANARY))];
    let response = Response::new(StreamBody::new(futures_util::stream::iter(frames)));
    let (parts, body) = through(&guard(), response).await;
    assert_eq!(parts.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!body.contains(CANARY));
}

#[tokio::test]
async fn headers_are_read_too() {
    let with = |name: &str, value: &str| {
        Response::builder().header(name, value).body(Full::<Bytes>::from("x")).unwrap()
    };
    let (parts, _) = through(&guard(), with("x-note", CANARY)).await;
    assert_eq!(parts.status, StatusCode::INTERNAL_SERVER_ERROR);
    let (parts, _) = through(&guard().masking(), with("x-note", CANARY)).await;
    assert_eq!(
        (parts.status, &parts.headers["x-note"]),
        (StatusCode::OK, &HeaderValue::from_static("[REDACTED]"))
    );
    let session = "id=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0AAA.c2lnbmF0dXJl; HttpOnly";
    let (parts, _) = through(&guard(), with("set-cookie", session)).await;
    assert_eq!(parts.status, StatusCode::OK, "a session is meant to leave");
}

/// The guard is a service over requests as frameworks have them.
#[test]
fn it_takes_requests_of_http() {
    fn takes<S: Service<Request<Full<Bytes>>>>(_: S) {}
    #[derive(Clone)]
    struct App;
    impl Service<Request<Full<Bytes>>> for App {
        type Response = Response<Full<Bytes>>;
        type Error = Infallible;
        type Future = Ready<Result<Self::Response, Infallible>>;
        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }
        fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
            ready(Ok(Response::new(request.into_body())))
        }
    }
    takes(guard().layer(App));
}

#[tokio::test]
async fn what_is_revealed_passes_once_and_its_headers_are_looked_at() {
    let secret = Secret::from(CANARY);
    let column = Profile::columns().api_key;
    let revealed =
        Revealed::new(&secret, column, &Principal::owner("a"), "its owner asked").unwrap();
    let body = format!("{{\"api_key\":\"{CANARY}\"}}");
    let with_pass = || {
        let mut response = answer(&body);
        response.extensions_mut().insert(revealed.pass());
        response
    };
    // Without the pass it is withheld as any other.
    let (parts, _) = through(&guard(), answer(&body)).await;
    assert_eq!(parts.status, StatusCode::INTERNAL_SERVER_ERROR);
    // A secret in a header uses nothing up, and stays.
    let mut in_header = with_pass();
    in_header.headers_mut().insert("x-key", CANARY.parse().unwrap());
    let (parts, passed) = through(&guard(), in_header).await;
    assert_eq!(parts.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!passed.contains(CANARY));
    let (parts, passed) = through(&guard(), with_pass()).await;
    assert_eq!((parts.status, passed.as_str()), (StatusCode::OK, body.as_str()));
    let (parts, passed) = through(&guard(), with_pass()).await;
    assert_eq!(parts.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!passed.contains(CANARY));
}
