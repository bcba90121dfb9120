//! Free texts, masked by what follows a sensitive name and by shape. It never understands them.

use std::sync::LazyLock;

use regex::Regex;

use super::json::{brackets_end, string_end};
use super::names::{Names, is_header};
use super::{MASK, Redactor};

/// A name, perhaps in quotes, and what assigns. A test holds that it compiles.
static ASSIGNMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"([A-Za-z_][A-Za-z0-9_.\-]{0,127})["'`\\]{0,3}[ \t]{0,2}(?:=>|[=:])[ \t]{0,2}"#)
        .ok()
});

/// Masks by the names, where there are some, and by shape.
pub(super) fn mask(redactor: &Redactor, names: Option<&Names>, text: &str) -> String {
    match (names, &*ASSIGNMENT) {
        (Some(names), Some(pattern)) => {
            let masked = values(names, pattern, text);
            redactor.shapes(&masked).into_owned()
        }
        _ => redactor.shapes(text).into_owned(),
    }
}

fn values(names: &Names, pattern: &Regex, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut at, mut done) = (0, 0);
    while let Some(found) = pattern.captures_at(text, at) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else { break };
        at = whole.end();
        // A path of Rust's is no assignment.
        let is_path = text.get(at..).is_some_and(|rest| rest.starts_with(':'));
        if is_path || !names.contains(name.as_str()) {
            continue;
        }
        let end = value_end(pattern, text, at, is_header(name.as_str()));
        if end > at {
            out.push_str(text.get(done..at).unwrap_or_default());
            out.push_str(MASK);
            done = end;
            at = end;
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// The place after a value that begins here.
fn value_end(pattern: &Regex, text: &str, from: usize, is_header: bool) -> usize {
    let bytes = text.as_bytes();
    let rest = text.get(from..).unwrap_or_default();
    let line = from + rest.find(['\n', '\r']).unwrap_or(rest.len());
    // A type of Rust's around it, as `Debug` shows them: `Some("…")`, `Card { … }`.
    let word =
        rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let after = rest.get(word..).unwrap_or_default();
    if after.starts_with('(') || (word > 0 && after.starts_with(" {")) {
        return brackets_end(bytes, from + word);
    }
    match bytes.get(from) {
        Some(b'"' | b'\'' | b'`') => string_end(bytes, from),
        Some(b'{' | b'[') => brackets_end(bytes, from),
        Some(b'\\') if matches!(bytes.get(from + 1), Some(b'"')) => {
            let inner = text.get(from + 2..).unwrap_or_default();
            inner.find("\\\"").map_or(text.len(), |end| from + 2 + end + 2)
        }
        _ if is_header => line,
        _ => {
            let value = text.get(from..line).unwrap_or_default();
            let stop = value.find([',', ';', '&', '}', ']', ')', '"']).unwrap_or(value.len());
            let value = value.get(..stop).unwrap_or_default();
            // The next assignment ends the value, and the space before it with it.
            let next = pattern.find_iter(value).find(|next| {
                next.start() > 0
                    && value.get(..next.start()).is_some_and(|v| v.ends_with([' ', '\t']))
            });
            let value = next.map_or(value, |next| value.get(..next.start()).unwrap_or_default());
            from + value.trim_end().len()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_compiles() {
        assert!(ASSIGNMENT.is_some());
    }
}
