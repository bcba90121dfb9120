//! The architecture holds: imports point downward, the ciphers, KMS and DynamoDB are each called
//! from one place, files say what they are, and reasons are given. It reads the source as text and
//! never runs it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::similar_names,
    clippy::many_single_char_names,
    clippy::too_many_lines,
    reason = "a test that cannot go on fails"
)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules of the core by rank; a module imports from lower ranks alone.
const RANKS: [&[&str]; 11] = [
    &["error", "forms", "observe"],
    &["secret", "context", "principal"],
    &["crypto", "codec"],
    &["material", "record", "transport"],
    &["envelope", "expr", "keys", "schema", "sealed"],
    &["legacy", "access", "reveal"],
    &["seal", "redact"],
    &["item", "store", "token"],
    &["repository"],
    &["audit", "jobs", "policy", "table", "stream"],
    &["testing"],
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(under: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(under).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Each file of the core: its module, its name, its code without tests and comments.
fn core_files() -> Vec<(String, String, String)> {
    let src = root().join("dynacrypt-core/src");
    let files: Vec<_> = rust_files(&src)
        .into_iter()
        .filter_map(|path| {
            let name = path.strip_prefix(&src).expect("below").to_str().expect("utf-8").to_owned();
            let module = name.split(['/', '.']).next().expect("a first part").to_owned();
            let is_test = name.ends_with("tests.rs");
            (module != "lib" && !is_test).then(|| (module, name, code(&path)))
        })
        .collect();
    assert!(files.len() > 20, "the scan found {} files", files.len());
    files
}

fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("source");
    let text = text.split("#[cfg(test)]\nmod tests").next().expect("a first part");
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn imports_point_downward() {
    let rank: HashMap<&str, usize> = RANKS
        .iter()
        .enumerate()
        .flat_map(|(rank, modules)| modules.iter().map(move |module| (*module, rank)))
        .collect();
    let mut upward = Vec::new();
    let mut seen = 0;
    for (module, file, code) in core_files() {
        let own = *rank.get(module.as_str()).unwrap_or_else(|| panic!("{module} has no rank"));
        for imported in code.split("crate::").skip(1) {
            let name: String =
                imported.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            // A macro stands at the crate's root.
            if name.is_empty() || name == module || name == "assert_no_plaintext" {
                continue;
            }
            seen += 1;
            match rank.get(name.as_str()) {
                Some(other) if *other < own => {}
                _ => upward.push(format!("{file} imports {name}")),
            }
        }
    }
    assert!(seen > 50, "the scan found {seen} imports");
    assert!(upward.is_empty(), "imports that do not point downward: {upward:#?}");
}

/// What may be named in which files alone.
#[test]
fn each_outside_service_has_one_door() {
    let doors: [(&str, &[&str]); 15] = [
        ("aes_gcm", &["crypto.rs"]),
        ("hkdf::", &["crypto.rs"]),
        ("getrandom::", &["crypto.rs"]),
        ("p256::", &["crypto.rs"]),
        ("p384::", &["crypto.rs"]),
        ("cbc::", &["crypto.rs"]),
        ("hmac::", &["crypto.rs"]),
        ("aws_sdk_kms", &["keys/kms.rs", "testing"]),
        (
            "aws_sdk_dynamodb::Client",
            &["audit", "repository.rs", "store.rs", "table.rs", "testing"],
        ),
        ("aws_sdk_dynamodbstreams::Client", &["audit", "store.rs", "testing"]),
        (".send()", &["keys/kms.rs", "store.rs", "testing"]),
        ("Sealed::assemble", &["item.rs"]),
        ("OwnerProof {", &["access.rs"]),
        ("ScopeProof {", &["access.rs"]),
        ("ServiceProof(", &["access.rs"]),
    ];
    for (what, allowed) in doors {
        let users: Vec<String> = core_files()
            .into_iter()
            .filter(|(_, _, code)| code.contains(what))
            .map(|(_, file, _)| file)
            .collect();
        assert!(!users.is_empty(), "nothing names {what}: is the scan right?");
        let strays: Vec<_> = users
            .iter()
            .filter(|file| {
                !allowed.iter().any(|door| file.starts_with(door.trim_end_matches(".rs")))
            })
            .collect();
        assert!(strays.is_empty(), "{what} is named in {strays:?}");
    }
}

#[test]
fn every_file_says_what_it_is_and_stays_short() {
    let folders =
        ["dynacrypt-core/src", "dynacrypt-derive/src", "examples", "benches", "tests/integration"];
    let files: Vec<_> =
        folders.iter().flat_map(|folder| rust_files(&root().join(folder))).collect();
    assert!(files.len() > 40);
    for file in files {
        let text = fs::read_to_string(&file).expect("source");
        assert!(text.starts_with("//!"), "{} does not begin with `//!`", file.display());
        let lines = text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines", file.display());
    }
}

/// `key = …` lines under a dependency table of the workspace manifest must follow a comment,
/// directly or as one of a group.
#[test]
fn every_dependency_has_a_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("manifest");
    let table = manifest.split("[workspace.dependencies]").nth(1).expect("table");
    let table = table.split("\n[").next().expect("its end");
    let (mut reasoned, mut counted) = (false, 0);
    for line in table.lines() {
        if line.starts_with('#') {
            reasoned = true;
        } else if line.is_empty() {
            reasoned = false;
        } else if !line.starts_with("dynacrypt") {
            counted += 1;
            assert!(reasoned, "no reason above: {line}");
        }
    }
    assert!(counted > 20);
}

/// No environment variable, and no build for tests, changes what the core does with secrets.
#[test]
fn nothing_weakens_secrets() {
    for (_, file, code) in core_files() {
        if file.starts_with("testing") {
            continue;
        }
        let reads_env = code.contains("env::var") && file != "keys/text.rs";
        assert!(!reads_env, "{file} reads the environment");
        assert!(
            !code.contains("cfg(test)") && !code.contains("debug_assertions"),
            "{file} differs between builds"
        );
    }
}
