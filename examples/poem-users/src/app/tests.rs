//! The chain around handlers that misbehave, as no script from outside can make them.

use clap::Parser;
use dynacrypt::reveal::Revealed;
use dynacrypt::{Principal, Record, Secret};
use example_common::backend::Backend;
use example_common::tls::Identity;
use example_common::{demo, limits};
use poem::http::header::{CONTENT_LENGTH, HeaderName};
use poem::http::uri::Scheme;
use poem::http::{self, StatusCode};
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Body, IntoResponse, Request, Response, get, handler, post};

use super::*;

const SECRET: &str = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";

#[handler]
fn panics() -> Response {
    panic!("CANARY")
}

#[handler]
fn fails() -> poem::Result<Response> {
    Err(poem::Error::from_string("CANARY", StatusCode::BAD_GATEWAY))
}

#[handler]
fn leaks() -> String {
    format!("here: {SECRET}")
}

#[handler]
fn leaks_in_a_header() -> Response {
    Response::builder().header("x-debug", SECRET).finish()
}

#[handler]
fn reveals() -> Response {
    let (secret, caller) = (Secret::from(SECRET), Principal::owner("user-1"));
    let column = User::columns().sensitive_attr;
    let revealed = Revealed::new(&secret, column, &caller, "a test").unwrap();
    let mut response = serde_json::to_string(&revealed).unwrap().into_response();
    response.set_data(revealed.pass());
    response
}

#[handler]
async fn reads_all(body: Body) -> poem::Result<String> {
    Ok(body.into_vec().await?.len().to_string())
}

#[handler]
async fn waits() -> Response {
    std::future::pending().await
}

async fn app(arguments: &[&str]) -> impl Endpoint<Output = Response> {
    let options = Options::parse_from([&["service"], arguments].concat());
    let identity = Identity::generate(&options.hosts).unwrap();
    let (verifier, _) = demo::verifier(&options, &identity).unwrap();
    let backend = Backend::open(&options.backend).await.unwrap();
    let routes = Route::new()
        .at("/panics", get(panics))
        .at("/fails", get(fails))
        .at("/leaks", get(leaks))
        .at("/leaks-in-a-header", get(leaks_in_a_header))
        .at("/reveals", get(reveals))
        .at("/reads-all", post(reads_all))
        .at("/waits", get(waits));
    chain(Service::new(&options, verifier, &backend), routes).unwrap()
}

fn request(scheme: Scheme, method: &str, path: &str, body: Body) -> Request {
    let request = http::Request::builder().method(method).uri(path).body(()).unwrap();
    let address = Addr::SocketAddr("127.0.0.1:1".parse().unwrap());
    let (local, remote) = (LocalAddr(address.clone()), RemoteAddr(address));
    Request::from_parts((request.into_parts().0, local, remote, scheme).into(), body)
}

async fn ask(app: &impl Endpoint<Output = Response>, request: Request) -> (u16, String) {
    let response = app.call(request).await.unwrap();
    for name in ["x-request-id", "strict-transport-security", "content-security-policy"] {
        let name = HeaderName::from_static(name);
        assert!(response.headers().contains_key(&name), "{name}: {:?}", response.status());
    }
    assert!(!format!("{:?}", response.headers()).contains("sk_live"));
    let status = response.status().as_u16();
    (status, response.into_body().into_string().await.unwrap())
}

async fn get_from(app: &impl Endpoint<Output = Response>, path: &str) -> (u16, String) {
    ask(app, request(Scheme::HTTPS, "GET", path, Body::empty())).await
}

#[tokio::test]
async fn what_a_handler_does_wrong_is_one_answer_without_its_text() {
    let app = app(&[]).await;
    for path in ["/panics", "/fails", "/leaks", "/leaks-in-a-header"] {
        let answer = get_from(&app, path).await;
        assert_eq!(answer, (500, r#"{"error":"internal error"}"#.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn what_is_revealed_on_purpose_leaves() {
    let app = app(&[]).await;
    assert_eq!(get_from(&app, "/reveals").await, (200, format!("\"{SECRET}\"")));
}

#[tokio::test]
async fn a_handler_cannot_read_more_than_the_bound() {
    let app = app(&[]).await;
    let send = |length: usize| {
        let body = Body::from(vec![b'x'; length]);
        ask(&app, request(Scheme::HTTPS, "POST", "/reads-all", body))
    };
    assert_eq!(send(64 * 1024).await, (200, "65536".to_owned()));
    // This handler passes poem's own error on.
    assert_eq!(send(64 * 1024 + 1).await.0, 413);
    let mut said = request(Scheme::HTTPS, "POST", "/reads-all", Body::empty());
    said.headers_mut().insert(CONTENT_LENGTH, "65537".parse().unwrap());
    assert_eq!(ask(&app, said).await.0, 413);
}

#[tokio::test]
async fn without_tls_nothing_is_served() {
    let app = app(&[]).await;
    let plain = request(Scheme::HTTP, "GET", "/reveals", Body::empty());
    assert_eq!(ask(&app, plain).await, (400, r#"{"error":"https required"}"#.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_answered_and_gives_its_place_back() {
    let app = app(&["--max-requests", "1"]).await;
    let both = async { tokio::join!(get_from(&app, "/waits"), get_from(&app, "/reveals")) };
    // The clock is paused: it runs to the next thing that is waited for.
    let (slow, other) = tokio::time::timeout(limits::REQUEST * 2, both).await.unwrap();
    assert_eq!((slow.0, other.0), (503, 503));
    assert_eq!(get_from(&app, "/reveals").await.0, 200);
}
