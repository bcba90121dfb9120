//! Log hygiene: masks sensitive fields by name, and secrets by shape, in what is about to be logged
//! or answered. It never sees a table or a key, and never says what it masked.

mod form;
mod headers;
mod json;
mod lines;
mod names;
mod shapes;
mod text;
#[cfg(feature = "redact-tower")]
mod tower;
#[cfg(feature = "redact-tracing")]
mod writer;

use std::borrow::Cow;
use std::fmt;

pub use self::lines::LineRedactor;
use self::names::Names;
use self::shapes::Detector;
pub use self::shapes::{Hit, Shape};
#[cfg(feature = "redact-tower")]
pub use self::tower::{EgressBody, EgressGuard, EgressService, Unreadable};
#[cfg(feature = "redact-tracing")]
pub use self::writer::{MaskedWrite, RedactingWriter};
use crate::error::{Error, ErrorKind, Result};
use crate::record::Record;
use crate::schema::SchemaDescription;

/// What stands in the place of what was masked.
pub const MASK: &str = "[REDACTED]";

/// Masks sensitive fields by their names, and secrets by their shapes, in texts of several kinds.
///
/// A name is sensitive in whatever way it is written: `api_key`, `apiKey`, `API-KEY` and `ApiKey`
/// are one. `authorization`, `proxy-authorization`, `cookie`, `set-cookie` and `x-api-key` always
/// are. Shapes are those of [`Shape`]; all are looked for unless [`without_shape`](Self::without_shape)
/// says otherwise.
///
/// # Examples
/// ```
/// use dynacrypt_core::redact::Redactor;
///
/// let redactor = Redactor::new().names(["ssn", "api_key"]);
/// assert_eq!(
///     redactor.json(r#"{"user":"alice","apiKey":"abc","old":[{"ssn":1}]}"#),
///     r#"{"user":"alice","apiKey":"[REDACTED]","old":[{"ssn":"[REDACTED]"}]}"#,
/// );
/// assert_eq!(redactor.form("user=alice&SSN=078-05-1120"), "user=alice&SSN=[REDACTED]");
/// assert_eq!(redactor.text("paid with 4111 1111 1111 1111"), "paid with [REDACTED]");
/// ```
///
/// # Security
/// A net under the types, not in their place: `Secret<T>` shows nothing in any log, and needs no
/// masking. This catches what never was a `Secret`: raw bodies, query strings, texts of others. A
/// secret without a name and without a shape passes. It is applied in time linear in the text.
#[derive(Clone, Default)]
pub struct Redactor {
    names: Names,
    detector: Detector,
}

impl Redactor {
    /// Every shape, and no names beside those of the headers that always are masked.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The names of this record's sensitive fields (too).
    #[must_use]
    pub fn record<R: Record>(self) -> Self {
        self.schema(&SchemaDescription::of::<R>())
    }

    /// The names of the sensitive fields of a schema document (too).
    #[must_use]
    pub fn schema(self, schema: &SchemaDescription) -> Self {
        self.names(schema.sensitive_names())
    }

    /// These names too, such as those of passwords, which no record holds.
    #[must_use]
    pub fn names(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        for name in names {
            self.names.insert(name.as_ref());
        }
        self
    }

    /// These texts too, wherever they occur, plain or encoded: values that tests plant, or secrets
    /// of the service itself.
    ///
    /// # Errors
    /// `is_invalid_request` where one has fewer than 4 bytes: it would turn up by chance.
    pub fn canaries(
        mut self,
        canaries: impl IntoIterator<Item = impl AsRef<[u8]>>,
    ) -> Result<Self> {
        let reason = self.detector.canaries(canaries).err();
        match reason {
            None => Ok(self),
            Some(reason) => Err(Error::new(ErrorKind::InvalidRequest).with_reason(reason)),
        }
    }

    /// Without this shape: where a service answers with tokens on purpose, say.
    #[must_use]
    pub fn without_shape(mut self, shape: Shape) -> Self {
        self.detector.remove(shape);
        self
    }

    /// Whether a name is one of a sensitive field.
    #[must_use]
    pub fn is_sensitive(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Secrets by shape: which, and where. In the order of their places, none inside another.
    #[must_use]
    pub fn find(&self, text: impl AsRef<[u8]>) -> Vec<Hit> {
        self.detector.find(text.as_ref())
    }

    /// A JSON text with the values of sensitive members masked, at any depth, in JSON inside strings
    /// too, and secrets masked by shape. What was valid JSON stays valid. What was not (cut off,
    /// several documents) is masked as far as it can be read, and then as a [`text`](Self::text).
    #[must_use]
    pub fn json(&self, json: &str) -> String {
        json::mask(self, Some(&self.names), json)
    }

    /// A free text: what follows a sensitive name and `=` or `:` is masked, and secrets by shape.
    ///
    /// A value in quotes or brackets is masked to its end; another to the next comma, semicolon,
    /// ampersand, closing bracket or line end, or to the next `name=`. That of a header goes to the
    /// line end.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        text::mask(self, Some(&self.names), text)
    }

    /// A query string, without its `?`, or the body of a form.
    #[must_use]
    pub fn form(&self, form: &str) -> String {
        form::mask(self, form)
    }

    /// A URL: its password, its path by shape, its query and fragment as [`form`](Self::form)s.
    #[must_use]
    pub fn url(&self, url: &str) -> String {
        form::mask_url(self, url)
    }

    /// The same headers, with those of sensitive names masked, and secrets masked by shape.
    #[must_use]
    pub fn headers(&self, headers: &http::HeaderMap) -> http::HeaderMap {
        headers::mask(self, headers)
    }

    /// Lines of a log: those that are JSON objects as [`json`](Self::json), others as
    /// [`text`](Self::text). For logs that come in pieces, see [`LineRedactor`].
    #[must_use]
    pub fn log(&self, lines: &str) -> String {
        lines::mask(self, lines)
    }

    /// A text with secrets masked by shape alone.
    #[must_use]
    pub fn shapes<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let hits = self.detector.find(text.as_bytes());
        if hits.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for hit in hits {
            // Encoded canaries need not begin and end where characters do.
            let start = (0..=hit.start()).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let end = (hit.end()..=text.len()).find(|at| text.is_char_boundary(*at));
            if start >= done {
                out.push_str(text.get(done..start).unwrap_or_default());
                out.push_str(MASK);
            }
            done = done.max(end.unwrap_or(text.len()));
        }
        out.push_str(text.get(done..).unwrap_or_default());
        Cow::Owned(out)
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor")
            .field("names", &self.names.len())
            .field("canaries", &self.detector.has_canaries())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
