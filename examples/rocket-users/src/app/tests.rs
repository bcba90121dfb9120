//! What the fairings and the catcher hold whatever a handler does: tried with handlers that should not
//! be.

use std::num::NonZeroU32;

use dynacrypt::testing::assert_absent;
use example_common::demo::Issuer;
use example_common::options::BackendOptions;
use rocket::http::{ContentType, Header};
use rocket::local::asynchronous::{Client, LocalResponse};
use rocket::{Route, get, post, routes};
use serde_json::json;

use super::*;
use crate::answer::{Answer, Reply};
use crate::body::{Body, Members};
use crate::guards::Caller;

const SSN: &str = "219-09-9999";
const CANARY: &str = "CANARY-in-a-panic";

#[get("/leak")]
fn leak(_caller: Caller) -> Answer {
    Ok(Reply::json(&json!({ "oops": SSN }))?)
}

#[get("/leak-in-header")]
fn leak_in_header() -> Reply {
    Reply::text("{}").with("x-oops", SSN)
}

#[get("/panic")]
fn panic() -> Reply {
    panic!("{CANARY}")
}

#[derive(serde::Deserialize)]
struct Nothing {}

impl Members for Nothing {
    const MEMBERS: &'static [&'static str] = &[];
}

#[post("/body", data = "<_body>")]
#[allow(clippy::needless_pass_by_value, reason = "a guard of Rocket's is a value")]
fn body(_body: Body<Nothing>) -> Reply {
    Reply::text("{}")
}

struct World {
    client: Client,
    token: String,
}

async fn world(places: usize, rate: u32) -> World {
    let options = BackendOptions {
        dynamodb_endpoint_url: None,
        aws: false,
        kms_key_id: None,
        kms_endpoint_url: None,
        wrapping_key_file: None,
        table: None,
        create_table: false,
    };
    let backend = Backend::open(&options).await.unwrap();
    let issuer = Issuer::generate().unwrap();
    let rate = NonZeroU32::new(rate).unwrap();
    let service = Service {
        users: backend.repository(),
        verifier: Verifier::new(&issuer.public_key(), "i", "a").unwrap(),
        rates: Rates::new(rate, rate),
        readiness: Readiness::new(backend.dynamodb().clone(), "absent".to_owned()),
        proxies: TrustedProxies::default(),
        places: Arc::new(Semaphore::new(places)),
        writes: true,
    };
    let more: Vec<Route> = routes![leak, leak_in_header, panic, body];
    let claims = json!({ "sub": "user-ada", "iss": "i", "aud": "a", "exp": 4_000_000_000_u64 });
    World {
        client: Client::untracked(rocket(service).mount("/", more)).await.unwrap(),
        token: issuer.sign(&claims).unwrap(),
    }
}

impl World {
    async fn get(&self, path: &'static str) -> LocalResponse<'_> {
        let token = Header::new("authorization", format!("Bearer {}", self.token));
        let peer = "127.0.0.1:1".parse().unwrap();
        self.client.get(path).header(token).remote(peer).dispatch().await
    }
}

async fn seen(response: LocalResponse<'_>) -> (u16, String) {
    for name in ["content-security-policy", "strict-transport-security", "cache-control"] {
        assert!(response.headers().contains(name), "{name}");
    }
    let (status, headers) = (response.status().code, format!("{:?}", response.headers()));
    let body = response.into_string().await.unwrap();
    assert_absent(format!("{headers} {body}"), [SSN, CANARY]);
    (status, body)
}

#[rocket::async_test]
async fn a_secret_in_an_answer_does_not_leave() {
    let world = world(8, 100).await;
    let internal = (500, r#"{"error":"internal error"}"#.to_owned());
    for path in ["/leak", "/leak-in-header", "/panic"] {
        assert_eq!(seen(world.get(path).await).await, internal, "{path}");
    }
}

#[rocket::async_test]
async fn what_is_too_much_is_refused_before_there_is_a_handler() {
    let full = world(0, 100).await;
    assert_eq!(seen(full.get("/panic").await).await.0, 503);
    assert_eq!(seen(full.get("/nothing").await).await.0, 503);
    let one_at_a_time = world(1, 100).await;
    for _ in 0..3 {
        assert_eq!(one_at_a_time.get("/health/live").await.status().code, 200);
    }
    let rare = world(8, 1).await;
    let mut last = 200;
    for _ in 0..9 {
        last = rare.get("/health/live").await.status().code;
    }
    assert_eq!(last, 429, "each address is counted, token or not");
}

#[rocket::async_test]
async fn without_an_address_nobody_gets_in() {
    let world = world(8, 100).await;
    assert_eq!(world.client.get("/health/live").dispatch().await.status().code, 500);
}

#[rocket::async_test]
async fn not_ready_is_told_and_not_why() {
    let world = world(8, 100).await;
    let unavailable = (503, r#"{"error":"service unavailable"}"#.to_owned());
    assert_eq!(seen(world.get("/health/ready").await).await, unavailable);
}

#[rocket::async_test]
async fn a_body_is_bounded_where_rocket_reads_it_too() {
    let world = world(8, 100).await;
    for (size, status) in [(64 * 1024, 400), (64 * 1024 + 1, 413), (1 << 20, 413)] {
        let post = world.client.post("/body").header(ContentType::JSON).body(vec![b' '; size]);
        let response = post.remote("127.0.0.1:1".parse().unwrap()).dispatch().await;
        assert_eq!(seen(response).await.0, status, "{size}");
    }
}
