//! Tokens that count, and every kind that must not.

use aws_smithy_types::base64;
use serde_json::{Value, json};

use super::*;
use crate::demo::Issuer;

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "profiles";

struct World {
    issuer: Issuer,
    verifier: Verifier,
}

fn world() -> World {
    let issuer = Issuer::generate().unwrap();
    let verifier = Verifier::new(&issuer.public_key(), ISSUER, AUDIENCE).unwrap();
    World { issuer, verifier }
}

fn claims() -> Value {
    let now = jsonwebtoken::get_current_timestamp();
    json!({ "sub": "user-ada", "iss": ISSUER, "aud": AUDIENCE, "exp": now + 600, "iat": now })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

impl World {
    fn ask(&self, token: &str) -> std::result::Result<Caller, Problem> {
        self.verifier.caller([format!("Bearer {token}")])
    }

    #[track_caller]
    fn refuses(&self, token: &str) {
        assert_eq!(self.ask(token).unwrap_err(), Problem::invalid_token());
    }
}

fn part(value: &Value) -> String {
    let text = base64::encode(value.to_string());
    text.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned()
}

#[test]
fn a_sound_token_is_its_subject() {
    let world = world();
    let token = world.issuer.sign(&claims()).unwrap();
    let caller = world.ask(&token).unwrap();
    assert_eq!(caller.id(), "user-ada");
    assert_eq!(caller.principal(), &Principal::owner("user-ada"));
    assert!(!format!("{caller:?} {:?}", world.verifier).contains("ada"));
    assert!(world.verifier.caller([format!("bearer  {token} ")]).is_ok());
}

#[test]
fn no_token_or_two_is_no_caller() {
    let world = world();
    let token = world.issuer.sign(&claims()).unwrap();
    let none: [&str; 0] = [];
    assert_eq!(world.verifier.caller(none).unwrap_err(), Problem::unauthenticated());
    let two = [format!("Bearer {token}"), format!("Bearer {token}")];
    assert_eq!(world.verifier.caller(two).unwrap_err(), Problem::unauthenticated());
    for header in ["", "Bearer", "Bearer ", "Basic dXNlcjpwdw==", token.as_str()] {
        assert_eq!(world.verifier.caller([header]).unwrap_err(), Problem::unauthenticated());
    }
}

#[test]
fn an_algorithm_of_the_tokens_own_choice_is_refused() {
    let world = world();
    let sound = world.issuer.sign(&claims()).unwrap();
    let signature = sound.rsplit('.').next().unwrap();
    for algorithm in ["none", "None", "NONE", "HS256", "RS256", "ES256"] {
        let head = part(&json!({ "alg": algorithm, "typ": "JWT" }));
        world.refuses(&format!("{head}.{}.", part(&claims())));
        world.refuses(&format!("{head}.{}.{signature}", part(&claims())));
    }
    // The public key as an HMAC secret: the classic confusion.
    let hmac = jsonwebtoken::encode(
        &jsonwebtoken::Header::new(Algorithm::HS256),
        &claims(),
        &jsonwebtoken::EncodingKey::from_secret(world.issuer.public_key().as_bytes()),
    );
    world.refuses(&hmac.unwrap());
}

#[test]
fn another_key_or_a_changed_token_is_refused() {
    let world = world();
    world.refuses(&Issuer::generate().unwrap().sign(&claims()).unwrap());
    let sound = world.issuer.sign(&claims()).unwrap();
    let mut parts: Vec<String> = sound.split('.').map(str::to_owned).collect();
    parts[1] = part(&with("sub", json!("user-bob")));
    world.refuses(&parts.join("."));
    for broken in ["a", "a.b", "a.b.c", "....", &sound[..sound.len() - 2], "\u{0}.\u{0}.\u{0}"] {
        world.refuses(broken);
    }
}

#[test]
fn claims_must_be_there_and_be_ours() {
    let world = world();
    let now = jsonwebtoken::get_current_timestamp();
    for claims in [
        with("exp", json!(now - LEEWAY - 60)),
        with("nbf", json!(now + LEEWAY + 60)),
        with("aud", json!("another-service")),
        with("aud", json!([])),
        with("iss", json!("https://other.example")),
        with("sub", json!("")),
        with("sub", json!(7)),
        with("sub", json!("a\nb")),
        with("sub", json!("x".repeat(MAX_SUBJECT + 1))),
        with("exp", json!("never")),
        without("exp"),
        without("aud"),
        without("iss"),
        without("sub"),
    ] {
        world.refuses(&world.issuer.sign(&claims).unwrap());
    }
    let among_others = with("aud", json!(["another-service", AUDIENCE]));
    assert!(world.ask(&world.issuer.sign(&among_others).unwrap()).is_ok());
}

#[test]
fn an_oversized_token_is_refused_though_it_is_signed() {
    let world = world();
    let token = world.issuer.sign(&with("pad", json!("x".repeat(MAX_TOKEN)))).unwrap();
    assert!(token.len() > MAX_TOKEN);
    world.refuses(&token);
}

#[test]
fn extensions_that_must_be_understood_are_refused() {
    let world = world();
    let token =
        world.issuer.sign_with(&claims(), |header| header.crit = Some(vec!["b64".to_owned()]));
    world.refuses(&token.unwrap());
}

#[test]
fn a_p256_key_verifies_es256_alone() {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let verifier = Verifier::new(&key.public_key_pem(), ISSUER, AUDIENCE).unwrap();
    let signing = jsonwebtoken::EncodingKey::from_ec_pem(key.serialize_pem().as_bytes()).unwrap();
    let header = jsonwebtoken::Header::new(Algorithm::ES256);
    let token = jsonwebtoken::encode(&header, &claims(), &signing).unwrap();
    assert!(verifier.caller([format!("Bearer {token}")]).is_ok());
    let other = world().issuer.sign(&claims()).unwrap();
    assert!(verifier.caller([format!("Bearer {other}")]).is_err());
    assert!(Verifier::new("no key", ISSUER, AUDIENCE).is_err());
}
