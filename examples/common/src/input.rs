//! Request bodies: collected within a bound and wiped, parsed straight into records with secrets,
//! checked. It never quotes what it was sent, nor serde's text, which does.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::error::Category;
use serde_path_to_error::Segment;
use zeroize::Zeroizing;

use dynacrypt::redact::Redactor;

use crate::limits::MAX_BODY;
use crate::problem::{FieldProblem, Problem};

/// A body as it comes in: bounded, allocated once, wiped when dropped.
pub struct Incoming {
    bytes: Zeroizing<Vec<u8>>,
}

impl Incoming {
    /// For a body of this length, where the request says one.
    ///
    /// # Errors
    /// 413 where it says that it is too large.
    pub fn new(content_length: Option<u64>) -> Result<Self, Problem> {
        let size = match content_length {
            None => MAX_BODY,
            Some(length) => usize::try_from(length)
                .ok()
                .filter(|length| *length <= MAX_BODY)
                .ok_or_else(Problem::too_large)?,
        };
        Ok(Self { bytes: Zeroizing::new(Vec::with_capacity(size)) })
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// 413 where it is too large by now.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Problem> {
        let len = self.bytes.len().saturating_add(piece.len());
        if len > MAX_BODY {
            return Err(Problem::too_large());
        }
        if len > self.bytes.capacity() {
            // More than was said: into a new buffer, so that the old one is wiped.
            let mut larger = Zeroizing::new(Vec::with_capacity(MAX_BODY));
            larger.extend_from_slice(&self.bytes);
            self.bytes = larger;
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// The whole body.
    #[must_use]
    pub fn finish(self) -> Zeroizing<Vec<u8>> {
        self.bytes
    }
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("len", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// Parses a JSON body. `members` are the names that it may have, to say which one is at fault.
///
/// # Errors
/// 415 where it says that it is something else; 400 where it is no JSON, or not what is wanted, with
/// the member at fault where it is one of `members`.
///
/// # Security
/// The names are compared with what was sent, and only the ones given here are answered. A secret
/// that must be there is an `Option` in `T`, and [required](Checks::required): that it is missing is
/// otherwise told as that it could not be read.
pub fn parse<T: DeserializeOwned>(
    content_type: Option<&[u8]>,
    body: &[u8],
    members: &[&'static str],
) -> Result<T, Problem> {
    if !content_type.is_some_and(is_json) {
        return Err(Problem::unsupported_media_type());
    }
    // serde takes a list for a struct, member by member.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(unwanted());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| refusal(&error, members))?;
    deserializer.end().map_err(|_| malformed())?;
    Ok(value)
}

fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    let essence = essence.trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json")
        || essence.eq_ignore_ascii_case(b"application/merge-patch+json")
}

fn unwanted() -> Problem {
    Problem::bad_request("the body is not what is wanted here")
}

fn malformed() -> Problem {
    Problem::bad_request("the body is not valid JSON")
}

fn refusal(
    error: &serde_path_to_error::Error<serde_json::Error>,
    members: &[&'static str],
) -> Problem {
    if error.inner().classify() != Category::Data {
        return malformed();
    }
    if let Some(Segment::Map { key }) = error.path().iter().next() {
        return match members.iter().find(|member| *member == key) {
            Some(field) => Problem::invalid(vec![FieldProblem {
                field,
                reason: "is not of the type that it must be",
            }]),
            None => Problem::bad_request("the body has a member that is not known"),
        };
    }
    // serde's text has the name of what is missing; it is compared, and goes no further.
    let text = error.inner().to_string();
    match members.iter().find(|name| text.starts_with(&format!("missing field `{name}`"))) {
        Some(field) => Problem::invalid(vec![FieldProblem { field, reason: "is required" }]),
        None => unwanted(),
    }
}

/// A member of a request that changes a part: absent, `null`, or a value. Mark the member
/// `#[serde(default)]`.
#[derive(Debug, Default)]
pub enum Change<T> {
    /// It is absent: what is there stays.
    #[default]
    Keep,
    /// It is `null`: what is there goes.
    Remove,
    /// What is there becomes this.
    Set(T),
}

impl<T> Change<T> {
    /// The new value, where there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Remove => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(from)?.map_or(Self::Remove, Self::Set))
    }
}

/// What is wrong with the fields of a request, all of it at once.
#[derive(Debug, Default)]
pub struct Checks {
    fields: Vec<FieldProblem>,
    redactor: Redactor,
}

impl Checks {
    /// Nothing so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes the reason where the field is not as it must be.
    pub fn that(&mut self, holds: bool, field: &'static str, reason: &'static str) -> &mut Self {
        if !holds {
            self.fields.push(FieldProblem { field, reason });
        }
        self
    }

    /// Notes a member that is missing.
    pub fn required<T>(&mut self, member: Option<&T>, field: &'static str) -> &mut Self {
        self.that(member.is_some(), field, "is required")
    }

    /// A text that is stored and answered in the clear: within a length in characters, without
    /// control characters, and without what looks like a secret.
    pub fn clear_text(
        &mut self,
        field: &'static str,
        text: &str,
        max: usize,
        reason: &'static str,
    ) -> &mut Self {
        let fits = !text.trim().is_empty() && text.chars().count() <= max;
        self.that(fits && !text.chars().any(char::is_control), field, reason);
        self.that(
            self.redactor.find(text).is_empty(),
            field,
            "looks like a secret, and would be stored in the clear",
        )
    }

    /// All that was noted.
    ///
    /// # Errors
    /// 400 with the fields, where there are any.
    pub fn finish(&mut self) -> Result<(), Problem> {
        if self.fields.is_empty() {
            return Ok(());
        }
        Err(Problem::invalid(std::mem::take(&mut self.fields)))
    }
}

#[cfg(test)]
mod tests;
