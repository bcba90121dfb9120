//! Bodies: bounded, and refused without a word of what was sent.

use dynacrypt::{ExposeSecret, Secret};
use serde::Deserialize;

use super::*;

const CANARY: &str = "CANARY-078-05-1120";
const MEMBERS: [&str; 3] = ["name", "ssn", "age"];
const JSON: Option<&[u8]> = Some(b"application/json; charset=utf-8");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    ssn: Option<Secret<String>>,
    age: Option<u32>,
}

fn body(text: &str) -> Result<Body, Problem> {
    parse(JSON, text.as_bytes(), &MEMBERS)
}

#[test]
fn a_sound_body_is_parsed() {
    let body = body(r#"{"name":"Ada","ssn":"078-05-1120","age":7}"#).unwrap();
    assert_eq!(body.ssn.unwrap().expose_secret(), "078-05-1120");
    assert_eq!((body.name.as_str(), body.age), ("Ada", Some(7)));
}

#[test]
fn what_is_at_fault_is_named_and_never_quoted() {
    for (text, answer) in [
        (r#"{"ssn":"CANARY-078-05-1120"}"#, r#"[{"field":"name","reason":"is required"}]"#),
        (r#"{"ssn":{"CANARY-078-05-1120":1},"name":""}"#, r#"[{"field":"ssn","#),
        (r#"{"ssn":78051120,"name":""}"#, r#"[{"field":"ssn","#),
        (r#"{"name":["CANARY-078-05-1120"]}"#, r#"[{"field":"name","#),
        (r#"{"age":"CANARY-078-05-1120"}"#, r#"[{"field":"age","#),
        (r#"{"age":-1}"#, r#"[{"field":"age","#),
        (r#"{"CANARY-078-05-1120":1}"#, "a member that is not known"),
        (r#"{"missing field `ssn`":1}"#, "a member that is not known"),
        (r#""CANARY-078-05-1120""#, "not what is wanted"),
        (r#" ["CANARY-078-05-1120", null, null]"#, "not what is wanted"),
        (r#"{"ssn":"CANARY-078-05-1120""#, "not valid JSON"),
        (r#"{"name":"","ssn":""}"CANARY-078-05-1120""#, "not valid JSON"),
        ("CANARY-078-05-1120", "not valid JSON"),
        ("", "not valid JSON"),
        ("\u{feff}{}", "not valid JSON"),
    ] {
        let problem = body(text).unwrap_err();
        assert_eq!(problem.status(), 400, "{text}");
        assert!(problem.body().contains(answer), "{text}: {}", problem.body());
        assert!(!problem.body().contains("CANARY") && !problem.body().contains("7805"), "{text}");
    }
}

#[test]
fn depth_and_bytes_that_are_no_text_are_refused() {
    let deep = "[".repeat(100_000);
    assert_eq!(body(&deep).unwrap_err().status(), 400);
    let bytes = parse::<Body>(JSON, b"{\"name\":\"\xff\"}", &MEMBERS);
    assert_eq!(bytes.unwrap_err().status(), 400);
}

#[test]
fn other_media_types_are_refused() {
    for kind in
        [None, Some(&b"text/plain"[..]), Some(b"application/x-www-form-urlencoded"), Some(b"")]
    {
        assert_eq!(parse::<Body>(kind, b"{}", &MEMBERS).unwrap_err().status(), 415);
    }
    assert!(is_json(b"Application/JSON") && is_json(b"application/merge-patch+json"));
}

#[test]
fn a_body_is_bounded_whatever_it_says_of_itself() {
    assert_eq!(Incoming::new(Some(MAX_BODY as u64 + 1)).unwrap_err(), Problem::too_large());
    assert_eq!(Incoming::new(Some(u64::MAX)).unwrap_err(), Problem::too_large());
    for said in [None, Some(3)] {
        let mut incoming = Incoming::new(said).unwrap();
        for _ in 0..64 {
            incoming.push(&[b'x'; 1024]).unwrap();
        }
        assert_eq!(incoming.push(b"x").unwrap_err(), Problem::too_large());
        assert_eq!(incoming.finish().len(), MAX_BODY);
    }
}

#[test]
fn all_fields_at_fault_are_told_at_once() {
    let mut checks = Checks::new();
    checks.clear_text("name", "Ada", 10, "must have 1 to 10 characters");
    assert_eq!(checks.finish(), Ok(()));
    checks
        .clear_text("name", "   ", 10, "must have 1 to 10 characters")
        .clear_text("name", "a\nb", 10, "must have 1 to 10 characters")
        .clear_text(
            "name",
            &format!("my number is {}", &CANARY[7..]),
            100,
            "must have 1 to 10 characters",
        )
        .required(None::<&()>, "ssn")
        .that(false, "age", "must be over 17");
    let problem = checks.finish().unwrap_err();
    assert_eq!(problem.body().matches("\"field\"").count(), 5, "{}", problem.body());
    assert!(!problem.body().contains("078"));
}

#[test]
fn absent_null_and_a_value_are_three_things() {
    #[derive(Deserialize)]
    struct Part {
        #[serde(default)]
        note: Change<String>,
    }
    let part = |text: &str| parse::<Part>(JSON, text.as_bytes(), &["note"]).unwrap().note;
    assert!(matches!(part("{}"), Change::Keep));
    assert!(matches!(part(r#"{"note":null}"#), Change::Remove));
    assert_eq!(part(r#"{"note":"x"}"#).value().unwrap(), "x");
}
