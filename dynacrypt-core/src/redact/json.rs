//! JSON, masked by the names of members and by shape, read as far as it can be. It never fails, and
//! never makes invalid what was valid.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::names::Names;
use super::{MASK, Redactor, text};

/// How deep JSON is looked for in strings of JSON.
const MAX_NESTING: usize = 4;

/// Masks by the names, where there are some, and by shape.
pub(super) fn mask(redactor: &Redactor, names: Option<&Names>, json: &str) -> String {
    Masker { redactor, names, json, depth: 0 }.mask()
}

struct Masker<'a> {
    redactor: &'a Redactor,
    names: Option<&'a Names>,
    json: &'a str,
    depth: usize,
}

impl<'a> Masker<'a> {
    fn mask(&self) -> String {
        let masked = self.run();
        if serde_json::from_str::<IgnoredAny>(self.json).is_ok() {
            masked
        } else {
            text::mask(self.redactor, self.names, &masked)
        }
    }

    fn run(&self) -> String {
        let bytes = self.json.as_bytes();
        let mut out = String::with_capacity(self.json.len());
        let (mut at, mut plain) = (0, 0);
        while let Some(byte) = bytes.get(at) {
            let end = match byte {
                b'"' => {
                    out.push_str(self.slice(plain, at));
                    self.string(at, &mut out)
                }
                b'-' | b'0'..=b'9' => {
                    out.push_str(self.slice(plain, at));
                    self.number(at, &mut out)
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            at = end;
            plain = end;
        }
        out.push_str(self.slice(plain, bytes.len()));
        out
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.json.get(from..to).unwrap_or_default()
    }

    /// A string; with the name of a sensitive member, its value too. Gives where it ends.
    fn string(&self, at: usize, out: &mut String) -> usize {
        let bytes = self.json.as_bytes();
        let end = string_end(bytes, at);
        let written = self.slice(at, end);
        let content = unquote(written);
        let colon = skip_space(bytes, end);
        let is_name = bytes.get(colon) == Some(&b':');
        if is_name && self.names.is_some_and(|names| names.contains(&content)) {
            let value = skip_space(bytes, colon + 1);
            out.push_str(self.slice(at, value));
            let value_end = value_end(bytes, value);
            // That there is none is no secret.
            match self.slice(value, value_end) {
                "" | "null" => out.push_str(self.slice(value, value_end)),
                _ => push_quoted(out, MASK),
            }
            return value_end;
        }
        match self.content(&content) {
            Some(masked) => push_quoted(out, &masked),
            None => out.push_str(written),
        }
        end
    }

    /// What stands in a string, where something in it is masked.
    fn content(&self, content: &str) -> Option<String> {
        let is_json = content.trim_start().starts_with(['{', '[']);
        let masked = if is_json && self.depth < MAX_NESTING {
            Masker { json: content, depth: self.depth + 1, ..*self }.mask()
        } else {
            text::mask(self.redactor, self.names, content)
        };
        (masked != content).then_some(masked)
    }

    fn number(&self, at: usize, out: &mut String) -> usize {
        let rest = self.json.as_bytes().get(at..).unwrap_or_default();
        let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let end = at + rest.iter().take_while(is_part).count();
        let number = self.slice(at, end);
        if self.redactor.find(number).is_empty() {
            out.push_str(number);
        } else {
            push_quoted(out, MASK);
        }
        end
    }
}

fn push_quoted(out: &mut String, text: &str) {
    match serde_json::to_string(text) {
        Ok(quoted) => out.push_str(&quoted),
        // A string is always written; if it were not, the mask is.
        Err(_) => out.push_str("\"[REDACTED]\""),
    }
}

/// What a string says. One that is cut off, or not valid, says what stands in it.
fn unquote(written: &str) -> Cow<'_, str> {
    let inner = written.strip_prefix('"').unwrap_or(written);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str(written).map_or(Cow::Borrowed(inner), Cow::Owned)
}

pub(super) fn skip_space(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count()
}

/// The place after a string that begins here; the end where it is cut off.
pub(super) fn string_end(bytes: &[u8], from: usize) -> usize {
    let quote = bytes.get(from).copied();
    let mut at = from + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            byte if Some(*byte) == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The place after the brackets that open here, strings inside them taken whole; the end where they
/// are cut off.
pub(super) fn brackets_end(bytes: &[u8], from: usize) -> usize {
    let (mut at, mut open) = (from, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'{' | b'[' | b'(' => open += 1,
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The place after a value that begins here.
fn value_end(bytes: &[u8], from: usize) -> usize {
    match bytes.get(from) {
        Some(b'"') => string_end(bytes, from),
        Some(b'{' | b'[') => brackets_end(bytes, from),
        Some(_) => {
            let rest = bytes.get(from..).unwrap_or_default();
            let ends =
                |byte: &u8| matches!(byte, b',' | b'}' | b']' | b'\n' | b'\r' | b' ' | b'\t');
            from + rest.iter().take_while(|byte| !ends(byte)).count()
        }
        None => from,
    }
}
