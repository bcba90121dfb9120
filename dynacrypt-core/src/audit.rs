//! Audits of stored items: sensitive fields in the clear by schema, secrets in the clear by shape and
//! by name. It has no key and opens nothing, and never keeps, prints or reports a value that it
//! looked at.
//!
//! | to audit | use |
//! |---|---|
//! | one item | [`Auditor::inspect`] |
//! | a line of an export, or a Lambda event | [`ExportRecord`], [`lambda_records`] |
//! | a live table | [`TableScan`] |
#![cfg_attr(feature = "streams", doc = "| a stream of DynamoDB Streams | [`StreamReading`] |")]
//! | many items, into one report | [`Report`] |
//!
//! The command line, `dynacrypt audit`, is made of these.

mod finding;
mod foreign;
mod json;
mod report;
mod rules;
mod scan;
#[cfg(feature = "streams")]
mod shards;
mod values;
mod vocabulary;

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use base64ct::{Base64, Encoding};

pub use self::finding::{Finding, Inspection};
pub use self::json::{ExportRecord, LambdaRecord, MAX_LINE_LEN, Malformed, lambda_records};
pub use self::report::{Image, Location, Place, Report, Source};
pub use self::rules::{Rule, Severity};
pub use self::scan::TableScan;
#[cfg(feature = "streams")]
pub use self::shards::{StartAt, StreamReading};
use self::values::{Look, shown, type_note};
use self::vocabulary::Vocabulary;
use crate::envelope::{self, FieldForm, Header};
use crate::record::{HEADER_ATTRIBUTE, Record};
use crate::redact::{MASK, Redactor, Shape};
use crate::schema::SchemaDescription;

/// A stored item, as the AWS client has it.
pub type Item = HashMap<String, AttributeValue>;

/// Judges items: by the schemas of their record types where it has them, by shape and by name where
/// it has not.
///
/// The schema of an item is the one whose `entity` it names, or whose key has the shape of its own.
/// What the schema declares clear is judged by shape alone: somebody has decided on the name.
///
/// # Examples
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dynacrypt_core::audit::{Auditor, Item, Rule};
///
/// let auditor = Auditor::new();
/// let item = Item::from([
///     ("id".to_owned(), AttributeValue::S("user-1".to_owned())),
///     ("note".to_owned(), AttributeValue::S("paid with 4111 1111 1111 1111".to_owned())),
///     ("password".to_owned(), AttributeValue::S("hunter2".to_owned())),
/// ]);
/// let found: Vec<_> = auditor.inspect(&item).findings().map(|f| f.rule()).collect();
/// assert_eq!(found, [Rule::SecretShape, Rule::SensitiveName]);
/// ```
///
/// # Security
/// That it finds nothing proves nothing: a secret without schema, name and shape passes. What it
/// looks at is plaintext if anything is, in memory as the AWS client or the JSON reader holds it, and
/// is dropped without being wiped.
#[derive(Clone)]
pub struct Auditor {
    schemas: Vec<SchemaDescription>,
    shapes: Redactor,
    vocabulary: Vocabulary,
    keys: Vec<String>,
    show_keys: bool,
}

impl Default for Auditor {
    fn default() -> Self {
        Self::new()
    }
}

impl Auditor {
    /// No schema, every shape, the names that usually say secret.
    #[must_use]
    pub fn new() -> Self {
        Self {
            schemas: Vec::new(),
            shapes: Redactor::new(),
            vocabulary: Vocabulary::new(),
            keys: Vec::new(),
            show_keys: false,
        }
    }

    /// Items of this record type are judged by its schema.
    #[must_use]
    pub fn record<R: Record>(self) -> Self {
        self.schema(SchemaDescription::of::<R>())
    }

    /// Items that fit this schema document are judged by it.
    #[must_use]
    pub fn schema(mut self, schema: SchemaDescription) -> Self {
        self.vocabulary = self.vocabulary.with(schema.sensitive_names());
        self.schemas.push(schema);
        self
    }

    /// These names say secret too.
    #[must_use]
    pub fn sensitive_names(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.vocabulary = self.vocabulary.with(names);
        self
    }

    /// Without this shape: where the table's ids look like it, say.
    #[must_use]
    pub fn without_shape(mut self, shape: Shape) -> Self {
        self.shapes = self.shapes.without_shape(shape);
        self
    }

    /// Names of the table's key attributes, for items that no schema fits.
    #[must_use]
    pub fn key_names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.keys.extend(names.into_iter().map(Into::into));
        self
    }

    /// Findings come with the key of their item, and with the names of members of maps.
    ///
    /// # Security
    /// Keys and names of members are data of the table's, such as e-mail addresses. What has the
    /// shape of a secret in them is masked.
    #[must_use]
    pub fn show_keys(mut self) -> Self {
        self.show_keys = true;
        self
    }

    /// Judges one item.
    #[must_use]
    pub fn inspect(&self, item: &Item) -> Inspection {
        self.inspect_with_keys(item, &[])
    }

    /// Judges one item whose key attributes are told beside it, as stream records tell them.
    #[must_use]
    pub fn inspect_with_keys(&self, item: &Item, keys: &[&str]) -> Inspection {
        self.judge(item, keys, true)
    }

    /// Judges the key of an item that is not told.
    #[must_use]
    pub(crate) fn inspect_keys(&self, item: &Item, keys: &[&str]) -> Inspection {
        self.judge(item, keys, false)
    }

    fn judge(&self, item: &Item, keys: &[&str], is_whole: bool) -> Inspection {
        let fits = self.schemas.iter().filter_map(|schema| Some((schema.fit(item)?, schema)));
        let best = fits.reduce(|best, other| if other.0 > best.0 { other } else { best });
        let schema = best.map(|(_, schema)| schema);
        let header = item.get(HEADER_ATTRIBUTE);
        let sealed = header
            .and_then(|header| header.as_b().ok())
            .is_some_and(|header| Header::parse(header.as_ref()).is_some());
        let one = One { auditor: self, item, schema, sealed, keys };
        let mut inspection = Inspection { sealed, ..Inspection::default() };
        let mut found = |finding| {
            inspection.findings.insert(finding);
        };
        if is_whole {
            one.whole(header.is_some(), &mut found);
        }
        for (name, value) in item {
            one.attribute(name, value, &mut found);
        }
        if self.show_keys && !inspection.findings.is_empty() {
            inspection.key = one.key(&inspection);
        }
        inspection
    }
}

impl fmt::Debug for Auditor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auditor")
            .field("schemas", &self.schemas)
            .field("keys", &self.keys)
            .field("show_keys", &self.show_keys)
            .finish_non_exhaustive()
    }
}

/// One item under audit.
struct One<'a> {
    auditor: &'a Auditor,
    item: &'a Item,
    schema: Option<&'a SchemaDescription>,
    sealed: bool,
    keys: &'a [&'a str],
}

impl One<'_> {
    fn look(&self, judge_names: bool, is_key: bool) -> Look<'_> {
        Look {
            shapes: &self.auditor.shapes,
            names: judge_names.then_some(&self.auditor.vocabulary),
            vocabulary: &self.auditor.vocabulary,
            show_names: self.auditor.show_keys,
            record: self.schema.map(SchemaDescription::record),
            is_key,
        }
    }

    /// What is wrong with the item as a whole.
    fn whole(&self, has_header: bool, found: &mut impl FnMut(Finding)) {
        let look = self.look(false, false);
        if has_header && !self.sealed {
            found(look.finding(Rule::UnknownHeader, HEADER_ATTRIBUTE, None, None));
        } else if !self.sealed && self.schema.is_some() {
            found(look.finding(Rule::NotSealed, "", None, None));
        }
        if self.schema.is_none() && !self.auditor.schemas.is_empty() {
            found(look.finding(Rule::UnknownRecord, "", None, None));
        }
    }

    fn attribute(&self, name: &str, value: &AttributeValue, found: &mut impl FnMut(Finding)) {
        if name == HEADER_ATTRIBUTE && self.sealed {
            return;
        }
        let is_declared = self.schema.is_some_and(|s| s.attributes().any(|own| own == name));
        let is_encrypted = self.schema.is_some_and(|s| s.encrypted().any(|own| own == name));
        let is_key = self.is_key(name);
        let look = self.look(!is_declared, is_key);
        let path = || shown(&self.auditor.shapes, name);
        if let Some(form) = sealed_form(value) {
            // A field sealed with its item needs the header.
            let opens = self.sealed || matches!(form, FieldForm::SelfContained { .. });
            let note = match (opens, self.schema) {
                (false, _) => Some("the item has no header"),
                (true, Some(_)) if !is_encrypted => Some("the schema does not encrypt it"),
                _ => None,
            };
            if note.is_some() {
                found(look.finding(Rule::StraySealed, &path(), None, note));
            }
            return;
        }
        if is_encrypted && matches!(value, AttributeValue::Null(_)) {
            return;
        }
        if !is_key && let Some(note) = foreign::form(self.item, name, value, is_encrypted) {
            found(look.finding(Rule::LegacyForm, &path(), None, Some(note)));
            return;
        }
        if is_encrypted {
            let shape = look.shape_of(name, value);
            let note = type_note(value);
            found(look.finding(Rule::EncryptedInTheClear, &path(), shape, note));
            return;
        }
        if self.sealed && !is_declared && !is_key && foreign::is_companion(self.item, name, value) {
            found(look.finding(Rule::LeftoverCompanion, &path(), None, None));
            return;
        }
        look.at(name, value, found);
    }

    fn is_key(&self, name: &str) -> bool {
        self.keys.contains(&name)
            || self.auditor.keys.iter().any(|key| key == name)
            || self.schema.is_some_and(|schema| schema.key_names().any(|key| key == name))
    }

    /// The item's key, as people read it; without what was found in it.
    fn key(&self, inspection: &Inspection) -> Option<String> {
        let mut names: Vec<&str> = match self.schema {
            Some(schema) => schema.key_names().collect(),
            None if !self.keys.is_empty() => self.keys.to_vec(),
            None => self.auditor.keys.iter().map(String::as_str).collect(),
        };
        names.dedup();
        let part = |name: &str| {
            let shown_name = shown(&self.auditor.shapes, name);
            let is_found = inspection.findings.iter().any(|finding| finding.path == shown_name);
            let value = match self.item.get(name)? {
                _ if is_found => MASK.to_owned(),
                AttributeValue::S(text) | AttributeValue::N(text) => {
                    shown(&self.auditor.shapes, text)
                }
                AttributeValue::B(blob) => Base64::encode_string(blob.as_ref()),
                _ => return None,
            };
            Some(format!("{shown_name}={value}"))
        };
        let parts: Vec<String> = names.into_iter().filter_map(part).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// How a value is sealed, where it is.
fn sealed_form(value: &AttributeValue) -> Option<FieldForm> {
    envelope::field_form(value.as_b().ok()?.as_ref())
}

#[cfg(test)]
mod tests;
