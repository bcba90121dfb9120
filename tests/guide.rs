//! The guide holds together: its chapters are listed, its code is compiled, what it links to is
//! there. It reads the sources as text and compiles nothing.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Files of the guide, by name.
fn chapters() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("docs/guide/src")).expect("the guide");
    let names = entries.map(|entry| entry.expect("entry").file_name().into_string().expect("name"));
    names.filter(|name| name != "SUMMARY.md").collect()
}

/// Targets of the Markdown links in a text.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

#[test]
fn every_chapter_is_listed_once() {
    let summary = read("docs/guide/src/SUMMARY.md");
    let listed: Vec<String> = links(&summary).map(str::to_owned).collect();
    assert_eq!(listed.len(), listed.iter().collect::<BTreeSet<_>>().len(), "{listed:?}");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), chapters());
}

#[test]
fn the_code_of_every_chapter_is_compiled() {
    let facade = read("src/lib.rs");
    for chapter in chapters() {
        let text = read(&format!("docs/guide/src/{chapter}"));
        if text.contains("```rust") {
            assert!(
                facade.contains(&format!("\"{chapter}\"")),
                "{chapter} is no documentation test"
            );
            assert!(!text.contains("rust,ignore"), "{chapter} has code that nothing compiles");
        }
    }
}

#[test]
fn what_the_guide_links_to_is_there() {
    for chapter in chapters() {
        let text = read(&format!("docs/guide/src/{chapter}"));
        for link in links(&text).filter(|link| !link.starts_with("https://")) {
            let file = link.split('#').next().expect("a first part");
            let target = root().join("docs/guide/src").join(file);
            assert!(Path::new(&target).exists(), "{chapter} links to {link}");
        }
    }
}
