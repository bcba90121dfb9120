//! Schemas as documents: what a record's schema says, in a form that can be written as JSON and read
//! by programs that do not have the type. It never holds a value of a record, and it generates
//! nothing.

mod check;
mod document;
#[cfg(feature = "audit")]
mod fit;

use std::fmt;

#[cfg(feature = "policy")]
use self::document::Part;
use self::document::{Document, Kind};
use crate::error::{Error, ErrorKind, Result};
use crate::record::{Record, Schema};

/// What the schema of one record says, apart from the Rust type.
///
/// The command line works on it, since a program that was compiled before yours cannot see your
/// types: print it once from a program or a test of yours, keep the file beside the deployment, and
/// hand it to `dynacrypt policy generate`.
///
/// # Examples
/// ```
/// use dynacrypt_core::schema::SchemaDescription;
///
/// let text = r#"{
///   "dynacrypt_schema": 1,
///   "record": "Profile",
///   "table": "profiles",
///   "fields": [
///     { "name": "user_id", "kind": "partition_key", "type": "S", "owner": true },
///     { "name": "role", "kind": "authenticated" },
///     { "name": "ssn", "kind": "encrypted" }
///   ]
/// }"#;
/// let profile = SchemaDescription::from_json(text)?;
/// assert_eq!(profile.table(), "profiles");
/// assert!(profile.encrypted().eq(["ssn"]));
/// # Ok::<(), dynacrypt_core::error::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SchemaDescription(Document);

/// How the owner stands in a key.
#[cfg(feature = "policy")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OwnerKey<'d> {
    /// The attribute is the owner.
    Whole,
    /// The owner is one part among these.
    Parts(Vec<KeyPart<'d>>),
}

/// A part of a templated key.
#[cfg(feature = "policy")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyPart<'d> {
    Literal(&'d str),
    Owner,
    Other,
}

impl SchemaDescription {
    /// The description of a record type.
    #[must_use]
    pub fn of<R: Record>() -> Self {
        Self::from(R::SCHEMA)
    }

    /// Reads one description.
    ///
    /// # Errors
    /// `is_invalid_policy` where the text is no JSON, is not of this form, or contradicts itself.
    pub fn from_json(json: &str) -> Result<Self> {
        let document: Document = serde_json::from_str(json).map_err(|error| unreadable(&error))?;
        check::check(&document)?;
        Ok(Self(document))
    }

    /// Reads one description, or a list of them.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json), and where the list is empty.
    pub fn list_from_json(json: &str) -> Result<Vec<Self>> {
        if !json.trim_start().starts_with('[') {
            return Ok(vec![Self::from_json(json)?]);
        }
        let documents: Vec<Document> =
            serde_json::from_str(json).map_err(|error| unreadable(&error))?;
        if documents.is_empty() {
            return Err(invalid("the list of schemas is empty"));
        }
        documents
            .into_iter()
            .map(|document| check::check(&document).map(|()| Self(document)))
            .collect()
    }

    /// The description as JSON, with its lines indented and a line end after the last.
    ///
    /// # Errors
    /// None is known; the signature leaves room for serde's.
    pub fn to_json(&self) -> Result<String> {
        let json = serde_json::to_string_pretty(&self.0).map_err(|error| unreadable(&error))?;
        Ok(json + "\n")
    }

    /// Name of the Rust type.
    #[must_use]
    pub fn record(&self) -> &str {
        &self.0.record
    }

    /// The logical table name, which the encryption context holds.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.0.table
    }

    /// Names of all attributes that an item of the record may have, in the order of the struct; the
    /// header is not among them.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.0.fields.iter().map(|field| field.name.as_str())
    }

    /// Names of the attributes that hold ciphertext.
    pub fn encrypted(&self) -> impl Iterator<Item = &str> {
        self.0
            .fields
            .iter()
            .filter(|field| field.kind == Kind::Encrypted)
            .map(|field| field.name.as_str())
    }

    /// Every name by which a sensitive field may be met outside the table: attribute names, bound
    /// names and Rust names of encrypted fields, and Rust names of sensitive ones that are never
    /// stored.
    pub fn sensitive_names(&self) -> impl Iterator<Item = &str> {
        let encrypted = self.0.fields.iter().filter(|field| field.kind == Kind::Encrypted);
        let names = encrypted
            .flat_map(|field| [Some(field.name.as_str()), field.bound_name.as_deref()])
            .flatten();
        names.chain(self.0.sensitive.iter().map(String::as_str))
    }

    /// Names of the attributes without which an item does not open: header, keys, owner, record
    /// type, authenticated attributes.
    #[cfg(feature = "policy")]
    pub(crate) fn needed_to_open(&self) -> impl Iterator<Item = &str> {
        let whole = self.0.whole;
        let needed = self.0.fields.iter().filter(move |field| match field.kind {
            Kind::Clear => field.owner,
            Kind::Encrypted => whole,
            _ => true,
        });
        needed.map(|field| field.name.as_str()).chain([crate::record::HEADER_ATTRIBUTE])
    }

    /// Names of the secondary indexes, whether each is local, and the attribute that is its
    /// partition key.
    #[cfg(feature = "policy")]
    pub(crate) fn indexes(&self) -> impl Iterator<Item = (&str, bool, &str)> {
        self.0
            .indexes
            .iter()
            .map(|index| (index.name.as_str(), index.local, index.partition_key.as_str()))
    }

    /// How the owner stands in this key attribute or index key; `None` where it does not.
    #[cfg(feature = "policy")]
    pub(crate) fn owner_key(&self, attribute: &str) -> Option<OwnerKey<'_>> {
        let field = self.0.fields.iter().find(|field| field.name == attribute && field.owner)?;
        Some(match &field.template {
            None => OwnerKey::Whole,
            Some(parts) => OwnerKey::Parts(parts.iter().map(Part::of_key).collect()),
        })
    }

    /// The attribute that is the table's partition key.
    #[cfg(feature = "policy")]
    pub(crate) fn partition_key(&self) -> &str {
        let key = self.0.fields.iter().find(|field| field.kind == Kind::PartitionKey);
        key.map_or("", |field| field.name.as_str())
    }

    /// Whether the record has an owner at all.
    #[cfg(feature = "policy")]
    pub(crate) fn has_owner(&self) -> bool {
        self.0.fields.iter().any(|field| field.owner)
    }
}

impl From<&Schema> for SchemaDescription {
    fn from(schema: &Schema) -> Self {
        Self(Document::from(schema))
    }
}

impl fmt::Debug for SchemaDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchemaDescription")
            .field("record", &self.record())
            .field("table", &self.table())
            .field("attributes", &self.attributes().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Where reading failed. serde's own text could quote the document.
fn unreadable(error: &serde_json::Error) -> Error {
    let what = match error.classify() {
        serde_json::error::Category::Data => "is not a schema document",
        _ => "is not JSON",
    };
    let (line, column) = (error.line(), error.column());
    Error::new(ErrorKind::InvalidPolicy)
        .with_composed_reason(format!("the schema {what}, at line {line}, column {column}"))
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidPolicy).with_reason(reason)
}

#[cfg(test)]
mod tests;
