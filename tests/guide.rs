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

/// The cells of each row of a Markdown text's tables that have four columns, without the heads.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().filter(|line| line.starts_with('|') && !line.starts_with("|--"));
    let cells = rows.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect());
    cells.filter(|cells: &Vec<_>| cells.len() == 4 && cells.first() != Some(&"operation")).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a test of this name is in the source: `module::test` or `topic/case`.
fn is_test(name: &str) -> bool {
    if name.contains('/') {
        let case = root().join("tests/ui/fail").join(name);
        return case.with_extension("rs").exists() && case.with_extension("stderr").exists();
    }
    let Some((module, test)) = name.rsplit_once("::") else { return false };
    let module = format!("{}.rs", module.replace("::", "/"));
    ["tests/integration", "dynacrypt-core/src"].iter().any(|folder| {
        fs::read_to_string(root().join(folder).join(&module)).is_ok_and(|source| {
            // From the blank line before it: its attributes.
            let before = source.split(&format!("fn {test}(")).next().filter(|it| *it != source);
            let attributes = before.and_then(|before| before.rsplit("\n\n").next());
            attributes.is_some_and(|it| it.contains("#[test]") || it.contains("tokio::test"))
        })
    })
}

#[test]
fn every_operation_has_its_test_or_its_reason() {
    let text = read("docs/guide/src/operations.md");
    let rows = rows(&text);
    assert!(rows.len() > 50, "the scan found {} rows", rows.len());
    for row in rows {
        let [operation, supported, encrypted, shown] = row[..] else { unreachable!() };
        assert!(row.iter().all(|cell| !cell.is_empty()), "{operation}: a blank");
        if supported.starts_with("no") {
            assert!(supported.contains(": "), "{operation}: no reason");
            assert_eq!((encrypted, shown), ("—", "—"), "{operation}");
        } else {
            assert_ne!(encrypted, "—", "{operation}: not explained");
            assert!(quoted(shown).next().is_some(), "{operation}: no test");
        }
    }
}

/// The scripts that drive the example services, as one text.
fn scripts() -> String {
    let mut folders = vec![root().join("examples")];
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "py") {
                text.push_str(&fs::read_to_string(&path).expect("a script"));
            }
        }
    }
    text
}

/// A remedy of an article is shown by tests of the suite, and by checks of the scripts as they print
/// them.
#[test]
fn every_remedy_is_shown_by_what_is_there() {
    let (text, scripts) = (read("examples/README.md"), scripts());
    let rows: Vec<_> =
        rows(&text).into_iter().filter(|cells| cells.first() != Some(&"article")).collect();
    for article in ["all", "Restify", "Koa", "Django", "FastAPI", "Flask"] {
        let count = rows.iter().filter(|cells| cells.first() == Some(&article)).count();
        assert!(count >= 5, "{article}: {count} rows");
    }
    let missing: Vec<_> = rows
        .iter()
        .flat_map(|cells| {
            let shown: Vec<&str> =
                cells.last().map(|cell| quoted(cell).collect()).unwrap_or_default();
            assert!(!shown.is_empty(), "{cells:?}: nothing shows it");
            shown
        })
        .filter(|name| !is_test(name) && !scripts.contains(*name))
        .collect();
    assert!(missing.is_empty(), "neither tests nor checks: {missing:#?}");
    for link in links(&text).filter(|link| !link.starts_with("https://")) {
        assert!(root().join("examples").join(link).exists(), "the examples link to {link}");
    }
}

#[test]
fn every_test_that_the_guide_names_is_there() {
    let text = read("docs/guide/src/operations.md");
    let rows = rows(&text);
    let shown = rows.iter().filter_map(|row| row.last()).flat_map(|cell| quoted(cell));
    let limits = text.split("## Limits").nth(1).expect("the limits");
    let named: Vec<&str> = shown.chain(quoted(limits).filter(|name| name.contains("::"))).collect();
    assert!(named.len() > 60, "the scan found {} names", named.len());
    let missing: Vec<_> = named.into_iter().filter(|name| !is_test(name)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}
