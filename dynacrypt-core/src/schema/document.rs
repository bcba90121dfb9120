//! The JSON form of a schema, and how it is made from one. It never reads a file.

use serde::{Deserialize, Serialize};

use crate::context::ScalarType;
use crate::record::{FieldKind, FieldRole, FieldSpec, IndexSpec, Schema, Segment};

/// The version of this form.
pub(super) const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) dynacrypt_schema: u32,
    pub(super) record: String,
    pub(super) table: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) whole: bool,
    pub(super) fields: Vec<Field>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) indexes: Vec<Index>,
    /// Further names of sensitive fields, of those that are never stored too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sensitive: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bound_name: Option<String>,
    pub(super) kind: Kind,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) scalar: Option<Scalar>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) owner: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) template: Option<Vec<Part>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<Role>,
    /// The record type's name, in a field of kind `entity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    PartitionKey,
    SortKey,
    Clear,
    Authenticated,
    Owner,
    Encrypted,
    Entity,
}

/// A DynamoDB type, by its letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Scalar {
    S,
    N,
    B,
    #[serde(rename = "BOOL")]
    Bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Role {
    Version,
    Ttl,
    Created,
    Updated,
}

/// A part of a key template: a text, or a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Part {
    Literal(String),
    Field(PartField),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartField {
    pub(super) field: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) width: usize,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) owner: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) local: bool,
    pub(super) partition_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sort_key: Option<String>,
    /// Attributes beside the keys; all where there is no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) holds: Option<Vec<String>>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl From<&Schema> for Document {
    fn from(schema: &Schema) -> Self {
        let known = |name: &&&str| {
            schema.fields().iter().any(|field| field.is_encrypted() && field.name() == **name)
        };
        let further = schema.sensitive().iter().filter(|name| !known(name));
        Self {
            dynacrypt_schema: VERSION,
            record: schema.record().to_owned(),
            table: schema.table().to_owned(),
            whole: schema.is_whole(),
            fields: schema.fields().iter().map(Field::from).collect(),
            indexes: schema.indexes().iter().map(|index| Index::of(schema, index)).collect(),
            sensitive: further.map(|name| (*name).to_owned()).collect(),
        }
    }
}

impl From<&FieldSpec> for Field {
    fn from(spec: &FieldSpec) -> Self {
        let (kind, scalar, value) = match spec.kind() {
            FieldKind::PartitionKey(scalar) => (Kind::PartitionKey, Some(scalar), None),
            FieldKind::SortKey(scalar) => (Kind::SortKey, Some(scalar), None),
            FieldKind::Clear => (Kind::Clear, None, None),
            FieldKind::Authenticated => (Kind::Authenticated, None, None),
            FieldKind::Owner(scalar) => (Kind::Owner, Some(scalar), None),
            FieldKind::Encrypted => (Kind::Encrypted, None, None),
            FieldKind::Entity(value) => (Kind::Entity, None, Some(value.to_owned())),
        };
        let owner_at = spec.is_owner().then(|| spec.owner_segment());
        Self {
            name: spec.name().to_owned(),
            bound_name: (spec.bound_name() != spec.name()).then(|| spec.bound_name().to_owned()),
            kind,
            scalar: scalar.map(Scalar::from),
            owner: spec.is_owner(),
            template: spec.template().map(|template| parts(template.segments(), owner_at)),
            role: spec.role().map(Role::from),
            value,
        }
    }
}

fn parts(segments: &[Segment], owner_at: Option<usize>) -> Vec<Part> {
    let mut number = 0;
    let part = |segment: &Segment| match segment {
        Segment::Literal(text) => Part::Literal((*text).to_owned()),
        Segment::Field { name, width } => {
            let owner = owner_at == Some(number);
            number += 1;
            Part::Field(PartField { field: (*name).to_owned(), width: *width, owner })
        }
    };
    segments.iter().map(part).collect()
}

impl Index {
    fn of(schema: &Schema, spec: &IndexSpec) -> Self {
        let name_of = |number: usize| {
            schema.fields().get(number).map(|field| field.name().to_owned()).unwrap_or_default()
        };
        let holds = schema.index_attributes(spec);
        Self {
            name: spec.name().to_owned(),
            local: spec.is_local(),
            partition_key: name_of(spec.partition().0),
            sort_key: spec.sort().map(|(number, _)| name_of(number)),
            holds: holds.map(|names| names.into_iter().map(str::to_owned).collect()),
        }
    }
}

impl Part {
    #[cfg(feature = "policy")]
    pub(super) fn of_key(&self) -> super::KeyPart<'_> {
        match self {
            Self::Literal(text) => super::KeyPart::Literal(text),
            Self::Field(PartField { owner: true, .. }) => super::KeyPart::Owner,
            Self::Field(_) => super::KeyPart::Other,
        }
    }
}

impl From<ScalarType> for Scalar {
    fn from(scalar: ScalarType) -> Self {
        match scalar {
            ScalarType::S => Self::S,
            ScalarType::N => Self::N,
            ScalarType::B => Self::B,
            ScalarType::Bool => Self::Bool,
        }
    }
}

impl From<FieldRole> for Role {
    fn from(role: FieldRole) -> Self {
        match role {
            FieldRole::Version => Self::Version,
            FieldRole::Ttl => Self::Ttl,
            FieldRole::Created => Self::Created,
            FieldRole::Updated => Self::Updated,
        }
    }
}
