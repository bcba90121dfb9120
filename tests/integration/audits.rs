//! `dynacrypt audit`, run as a program over exports, tables and streams: what it finds, what it
//! prints, how it exits. It never looks into the library.

mod canaries;
mod exports;
mod goldens;
mod live;
mod sarif;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const CARD: &str = "4111 1111 1111 1111";

/// Runs it with the input, in a folder, with nothing of the environment.
fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dynacrypt"))
        .arg("audit")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", "AUDIT")
        .env("AWS_SECRET_ACCESS_KEY", "audit")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("RUST_LOG", "trace")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A program that does not read its input may be gone already.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn write(folder: &tempfile::TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {} {}", text(&output.stdout), text(&output.stderr))
    })
}

/// Rule, attribute, count of each finding of a JSON report.
fn found(report: &Value) -> Vec<(String, String, u64)> {
    let of = |finding: &Value| {
        let text = |name: &str| finding[name].as_str().unwrap().to_owned();
        (text("rule"), text("attribute"), finding["count"].as_u64().unwrap())
    };
    report["findings"].as_array().unwrap().iter().map(of).collect()
}

fn finding(rule: &str, attribute: &str, count: u64) -> (String, String, u64) {
    (rule.to_owned(), attribute.to_owned(), count)
}

/// A line of a full export.
fn line(attributes: &str) -> String {
    format!("{{\"Item\":{{{attributes}}}}}\n")
}
