//! A record after every check: what the expansion reads. It never holds what contradicts itself,
//! and knows no attribute.

use syn::{Generics, Ident, Path, Type, Visibility};

use crate::attr::DefaultFrom;
use crate::crate_path::Private;

/// A struct that may become a record.
pub(crate) struct Record<'a> {
    pub(crate) private: Private,
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) table: String,
    pub(crate) whole: bool,
    pub(crate) fields: Vec<Field<'a>>,
    /// Whether it names what is deprecated.
    pub(crate) deprecated: bool,
}

/// One field of the struct.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) ty: &'a Type,
    pub(crate) role: Role,
}

/// Whether a field is in the table.
pub(crate) enum Role {
    /// Never stored; this is what it holds after loading.
    Skipped(DefaultFrom),
    Stored(Stored),
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
}

impl Kind {
    /// Whether the field's name goes into what is bound.
    pub(crate) fn is_bound(self) -> bool {
        self != Self::Clear
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
            Role::Skipped(_) => None,
        })
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
