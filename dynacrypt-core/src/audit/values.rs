//! The values of an attribute, looked at by shape and by name, however deep. It never keeps one.

use aws_sdk_dynamodb::types::AttributeValue;
use zeroize::Zeroizing;

use super::finding::Finding;
use super::rules::Rule;
use super::vocabulary::Vocabulary;
use crate::redact::{Redactor, Shape};

/// DynamoDB nests to 32 levels.
const MAX_DEPTH: usize = 40;
/// What is shown of a name.
const MAX_NAME_LEN: usize = 120;

/// What to look for in an attribute.
pub(super) struct Look<'a> {
    pub(super) shapes: &'a Redactor,
    /// Names are judged too: no schema says that the attribute may be in the clear.
    pub(super) names: Option<&'a Vocabulary>,
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) show_names: bool,
    pub(super) record: Option<&'a str>,
    /// The attribute is of the item's key.
    pub(super) is_key: bool,
}

impl Look<'_> {
    /// Everything that is found in an attribute and below.
    pub(super) fn at(&self, name: &str, value: &AttributeValue, found: &mut impl FnMut(Finding)) {
        let path = shown(self.shapes, name);
        self.name(name, &path, found);
        self.value(name, &path, value, 0, found);
    }

    /// The first shape in a value and below, for a value that is known to be a secret.
    pub(super) fn shape_of(&self, name: &str, value: &AttributeValue) -> Option<Shape> {
        let mut shape = None;
        let mut first = |finding: Finding| shape = shape.or(finding.shape);
        self.value(name, "", value, 0, &mut first);
        shape
    }

    fn value(
        &self,
        name: &str,
        path: &str,
        value: &AttributeValue,
        depth: usize,
        found: &mut impl FnMut(Finding),
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        if holds_something(value) && self.names.is_some_and(|names| names.says_secret(name)) {
            found(self.finding(Rule::SensitiveName, path, None, type_note(value)));
        }
        match value {
            AttributeValue::S(text) | AttributeValue::N(text) => {
                self.bytes(name, path, text.as_bytes(), found);
            }
            AttributeValue::B(blob) => self.bytes(name, path, blob.as_ref(), found),
            AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => {
                let path = format!("{path}[]");
                for text in texts {
                    self.bytes(name, &path, text.as_bytes(), found);
                }
            }
            AttributeValue::Bs(blobs) => {
                let path = format!("{path}[]");
                for blob in blobs {
                    self.bytes(name, &path, blob.as_ref(), found);
                }
            }
            AttributeValue::L(list) => {
                let path = format!("{path}[]");
                // The name of the list was judged with the list.
                let inner = Look { names: None, ..*self };
                for element in list {
                    match element {
                        AttributeValue::M(_) | AttributeValue::L(_) => {
                            self.value("", &path, element, depth + 1, found);
                        }
                        _ => inner.value(name, &path, element, depth + 1, found),
                    }
                }
            }
            AttributeValue::M(map) => {
                for (member, value) in map {
                    let told = self.show_names || self.vocabulary.says_secret(member);
                    let shown = if told { shown(self.shapes, member) } else { "*".to_owned() };
                    let path = format!("{path}.{shown}");
                    self.name(member, &path, found);
                    self.value(member, &path, value, depth + 1, found);
                }
            }
            _ => {}
        }
    }

    /// A name can hold a secret too: a map with card numbers for keys.
    fn name(&self, name: &str, path: &str, found: &mut impl FnMut(Finding)) {
        for hit in self.shapes.find(name) {
            let note = Some("in the name itself");
            found(self.finding(Rule::SecretShape, path, Some(hit.shape()), note));
        }
    }

    fn bytes(&self, name: &str, path: &str, bytes: &[u8], found: &mut impl FnMut(Finding)) {
        let note = self.is_key.then_some("in a key, which cannot be encrypted: choose another key");
        let mut hit = |shape| found(self.finding(Rule::SecretShape, path, Some(shape), note));
        for found in self.shapes.find(bytes) {
            hit(found.shape());
        }
        // One shape is told from any hash by the name alone.
        if is_aws_secret(name) {
            let mut beside = Zeroizing::new(Vec::with_capacity(name.len() + 1 + bytes.len()));
            beside.extend_from_slice(name.as_bytes());
            beside.push(b'=');
            beside.extend_from_slice(bytes);
            let hits = self.shapes.find(&*beside);
            if hits.iter().any(|hit| hit.shape() == Shape::AwsSecretAccessKey) {
                hit(Shape::AwsSecretAccessKey);
            }
        }
    }

    pub(super) fn finding(
        &self,
        rule: Rule,
        path: &str,
        shape: Option<Shape>,
        note: Option<&'static str>,
    ) -> Finding {
        let record = self.record.map(str::to_owned);
        Finding { rule, record, path: path.to_owned(), shape, note }
    }
}

fn is_aws_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("secret") && name.contains("key") && name.len() <= 255
}

/// Whether there can be a secret in a value at all.
fn holds_something(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::S(text) => !text.is_empty(),
        AttributeValue::B(blob) => !blob.as_ref().is_empty(),
        AttributeValue::M(map) => !map.is_empty(),
        AttributeValue::L(list) => !list.is_empty(),
        AttributeValue::Bool(_) | AttributeValue::Null(_) => false,
        _ => true,
    }
}

/// The type of a value, for people.
pub(super) fn type_note(value: &AttributeValue) -> Option<&'static str> {
    Some(match value {
        AttributeValue::S(_) => "stored as S",
        AttributeValue::N(_) => "stored as N",
        AttributeValue::B(_) => "stored as B",
        AttributeValue::Bool(_) => "stored as BOOL",
        AttributeValue::Ss(_) => "stored as SS",
        AttributeValue::Ns(_) => "stored as NS",
        AttributeValue::Bs(_) => "stored as BS",
        AttributeValue::L(_) => "stored as L",
        AttributeValue::M(_) => "stored as M",
        _ => return None,
    })
}

/// A name as it is shown: without what has the shape of a secret, without what a terminal obeys, and
/// not longer than a name that somebody chose.
pub(super) fn shown(shapes: &Redactor, name: &str) -> String {
    let masked = shapes.shapes(name);
    let mut out = String::with_capacity(masked.len());
    for (at, c) in masked.chars().enumerate() {
        if at == MAX_NAME_LEN {
            out.push('…');
            break;
        }
        if c.is_control() || is_invisible(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// What changes the direction of a line, or is not seen in it.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
