//! The command line, run as a program: what it prints and how it exits. It calls no service.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const TABLE: &str = "arn:aws-us-gov:dynamodb:us-gov-west-1:111122223333:table/shop";
const KEY: &str =
    "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dynacrypt"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const GENERATE: [&str; 10] = [
    "policy",
    "generate",
    "--schema",
    "shop.schema.json",
    "--table-arn",
    TABLE,
    "--kms-key-arn",
    KEY,
    "--role",
    "read-write",
];

#[test]
fn what_is_generated_is_the_golden_and_lints_clean() {
    let cognito = ["--owner-variable", "cognito-identity.amazonaws.com:sub"];
    let made = run(&[GENERATE.as_slice(), &cognito].concat(), "");
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let golden = include_str!("../policy/shop-read-write.json");
    assert_eq!(text(&made.stdout), golden);
    assert!(text(&made.stderr).contains("note: index `by_status` is left out"));
    let linted = run(&["policy", "lint", "--schema", "shop.schema.json", "-"], golden);
    assert_eq!((linted.status.code(), text(&linted.stdout)), (Some(0), String::new()));
}

#[test]
fn findings_exit_with_one() {
    let bad = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*"}}"#;
    let linted = run(&["policy", "lint", "-"], bad);
    assert_eq!(linted.status.code(), Some(1));
    assert!(text(&linted.stdout).contains("high whole-service at /Statement/Action"));
    let json = run(&["policy", "lint", "--format", "json", "--severity", "high", "-"], bad);
    assert_eq!(json.status.code(), Some(1));
    let list: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let rules: Vec<_> =
        list.as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["whole-service", "wildcard-resource"]);
    assert!(list[0]["fix"].is_string() && list[0]["file"] == "-");
    let none = run(&["policy", "lint", "--severity", "error", "-"], bad);
    assert_eq!(none.status.code(), Some(0));
    let files = ["policy", "lint", "profile-reader.json", "--schema", "document.schema.json"];
    assert_eq!(run(&files, "").status.code(), Some(0));
}

#[test]
fn what_cannot_be_used_exits_with_two() {
    let with = |from: &str, to: &str| {
        GENERATE.map(|word| if word == from { to.to_owned() } else { word.to_owned() })
    };
    for arguments in [
        with(TABLE, "shop"),
        with("read-write", "admin"),
        with("shop.schema.json", "none.json"),
        with("shop.schema.json", "profile-reader.json"),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let refused = run(&arguments, "");
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(refused.stdout.is_empty() && !refused.stderr.is_empty());
    }
    for (arguments, input) in [
        (["policy", "lint", "-"].as_slice(), "{"),
        (&["policy", "lint", "none.json"], ""),
        (&["policy", "lint"], ""),
        (&["policy"], ""),
    ] {
        assert_eq!(run(arguments, input).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(run(&["--help"], "").status.code(), Some(0));
}
