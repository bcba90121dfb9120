//! A record after every check: what the expansion reads. It never holds what contradicts itself,
//! and knows no attribute.

use syn::{Generics, Ident, Path, Type, Visibility};

use crate::attr::DefaultFrom;
use crate::attr::meta::text;
use crate::crate_path::Private;

/// A struct that may become a record.
pub(crate) struct Record<'a> {
    pub(crate) private: Private,
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) table: String,
    pub(crate) whole: bool,
    pub(crate) fields: Vec<Field<'a>>,
    /// Key attributes that templates make: none, one or both.
    pub(crate) templates: Vec<Template>,
    pub(crate) entity: Option<Entity>,
    pub(crate) indexes: Vec<Index>,
    /// Whether it names what is deprecated.
    pub(crate) deprecated: bool,
}

/// One field of the struct.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) ty: &'a Type,
    /// Whether it was said to be: encrypted, or sensitive and never stored.
    pub(crate) sensitive: bool,
    pub(crate) role: Role,
}

/// Whether a field is in the table.
pub(crate) enum Role {
    /// Never stored; this is what it holds after loading.
    Skipped(DefaultFrom),
    /// Stored in the key alone, as part of a template.
    InKey(InKey),
    Stored(Stored),
}

/// Where in the key a field stands.
#[derive(Clone, Copy)]
pub(crate) struct InKey {
    pub(crate) first: Segment,
    /// In the sort key too.
    pub(crate) second: Option<Segment>,
    pub(crate) owner: bool,
}

/// A place in a key attribute that a template makes.
#[derive(Clone, Copy)]
pub(crate) struct Segment {
    /// Number of the attribute in the schema.
    pub(crate) attribute: usize,
    /// Number of the field in the template.
    pub(crate) number: usize,
}

/// Which part of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyPart {
    Partition,
    Sort,
}

impl KeyPart {
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Partition => "partition key",
            Self::Sort => "sort key",
        }
    }

    /// What names its attribute, where a template makes it.
    pub(crate) fn setting(self) -> &'static str {
        match self {
            Self::Partition => "partition_key_name",
            Self::Sort => "sort_key_name",
        }
    }
}

/// A key attribute that a template makes.
pub(crate) struct Template {
    pub(crate) part: KeyPart,
    /// Its number in the schema.
    pub(crate) index: usize,
    /// Attribute name in the table.
    pub(crate) name: String,
    pub(crate) pieces: Vec<Piece>,
}

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    /// The value of the field of this name; a number gets zeros in front, up to `width` digits.
    Field {
        name: String,
        width: usize,
    },
}

impl Template {
    /// Names of its fields, in order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Field { name, .. } => Some(name.as_str()),
            Piece::Literal(_) => None,
        })
    }
}

/// The attribute that names the record type.
pub(crate) struct Entity {
    pub(crate) index: usize,
    /// Attribute name in the table.
    pub(crate) name: String,
    pub(crate) value: String,
}

/// A secondary index.
pub(crate) struct Index {
    /// What its handle is called.
    pub(crate) ident: Ident,
    /// Its name in DynamoDB.
    pub(crate) name: String,
    pub(crate) local: bool,
    pub(crate) partition: IndexKey,
    pub(crate) sort: Option<IndexKey>,
    /// Numbers of the fields that it holds; `None` for all.
    pub(crate) holds: Option<Vec<usize>>,
}

/// What a key of an index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IndexKey {
    /// A key of the table.
    Table(KeyPart),
    /// The field of this number among those of the struct.
    Field(usize),
}

/// A field that is in the table.
pub(crate) struct Stored {
    /// Its number among the stored fields.
    pub(crate) index: usize,
    /// Attribute name in the table.
    pub(crate) name: String,
    /// The name that is bound, where it is another.
    pub(crate) bound_name: Option<String>,
    pub(crate) kind: Kind,
    /// What it holds where the item lacks the attribute.
    pub(crate) default: Option<DefaultFrom>,
    /// What turns it into an attribute, where it is not serde.
    pub(crate) codec: Option<Path>,
    /// Whether `None` is stored as NULL.
    pub(crate) null: bool,
    /// Bytes to whose multiple the plaintext is rounded up.
    pub(crate) pad: Option<usize>,
    /// Whether it is the key of a secondary index.
    pub(crate) indexed: bool,
    /// What it was stored as before.
    pub(crate) legacy: Option<Box<Legacy>>,
}

/// The form that an encrypted field had before.
pub(crate) struct Legacy {
    pub(crate) format: Type,
    /// The attribute that it stood in.
    pub(crate) name: String,
}

/// How a field is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    PartitionKey {
        owner: bool,
    },
    SortKey {
        owner: bool,
    },
    /// Outside the key; authenticated.
    Owner,
    Authenticated,
    Clear,
    Encrypted,
    /// The mapper itself reads or writes it. In the clear.
    Managed(Managed),
}

/// What the mapper itself does with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Managed {
    Version,
    Ttl,
    Created,
    Updated,
}

impl Kind {
    /// Whether the field's name goes into what is bound.
    pub(crate) fn is_bound(self) -> bool {
        !matches!(self, Self::Clear | Self::Managed(_))
    }
}

impl Stored {
    /// The name that is bound, if the field is.
    pub(crate) fn effective_bound_name(&self) -> &str {
        self.bound_name.as_deref().unwrap_or(&self.name)
    }
}

impl<'a> Record<'a> {
    pub(crate) fn stored(&self) -> impl Iterator<Item = (&Field<'a>, &Stored)> {
        self.fields.iter().filter_map(|field| match &field.role {
            Role::Stored(stored) => Some((field, stored)),
            Role::Skipped(_) | Role::InKey(_) => None,
        })
    }

    /// The fields of a template with what they are, in its order.
    pub(crate) fn fields_of<'s>(
        &'s self,
        template: &'s Template,
    ) -> impl Iterator<Item = (&'s Field<'a>, InKey)> {
        template.fields().filter_map(|name| {
            self.fields.iter().find_map(|field| match field.role {
                Role::InKey(in_key) if text(field.ident) == name => Some((field, in_key)),
                _ => None,
            })
        })
    }

    /// Number of a key in the schema.
    pub(crate) fn key_number(&self, part: KeyPart) -> Option<usize> {
        let field = || {
            self.stored().find_map(|(_, stored)| {
                let is_it = match part {
                    KeyPart::Partition => matches!(stored.kind, Kind::PartitionKey { .. }),
                    KeyPart::Sort => matches!(stored.kind, Kind::SortKey { .. }),
                };
                is_it.then_some(stored.index)
            })
        };
        self.template(part).map(|template| template.index).or_else(field)
    }

    pub(crate) fn template(&self, part: KeyPart) -> Option<&Template> {
        self.templates.iter().find(|template| template.part == part)
    }

    pub(crate) fn partition_key(&self) -> Option<&'a Type> {
        self.stored()
            .find(|(_, stored)| matches!(stored.kind, Kind::PartitionKey { .. }))
            .map(|(field, _)| field.ty)
    }

    pub(crate) fn sort_key(&self) -> Option<&'a Type> {
        self.stored()
            .find(|(_, stored)| matches!(stored.kind, Kind::SortKey { .. }))
            .map(|(field, _)| field.ty)
    }
}
