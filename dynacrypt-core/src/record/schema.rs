//! The schema of a record, as the derive macro writes it: names and kinds. It never holds a value.

use crate::context::ScalarType;

/// Name of the attribute that holds the header of a sealed item. Reserved: no field may be stored
/// under it.
pub const HEADER_ATTRIBUTE: &str = "_dc";

/// What a stored field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// The partition key, of this type.
    PartitionKey(ScalarType),
    /// The sort key, of this type.
    SortKey(ScalarType),
    /// Stored in the clear, not bound.
    Clear,
    /// Stored in the clear and bound: changing it outside breaks opening.
    Authenticated,
    /// The owner, where it is not part of the key: stored in the clear, of this type, and bound.
    Owner(ScalarType),
    /// Stored as ciphertext.
    Encrypted,
}

/// One stored field.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    name: &'static str,
    bound_name: &'static str,
    kind: FieldKind,
    owner: bool,
    nonce: [u8; 12],
    pad: usize,
}

impl FieldSpec {
    /// A field under this attribute name, bound under the same name.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, kind: FieldKind) -> Self {
        Self { name, bound_name: name, kind, owner: false, nonce: [0; 12], pad: 1 }
    }

    /// Bound under another name: `#[dynacrypt(aad_name = "…")]`.
    #[doc(hidden)]
    #[must_use]
    pub const fn bound_as(mut self, name: &'static str) -> Self {
        self.bound_name = name;
        self
    }

    pub(super) const fn holding_owner(mut self) -> Self {
        self.owner = true;
        self
    }

    /// The nonce of an encrypted field, computed from its bound name by the derive macro.
    #[doc(hidden)]
    #[must_use]
    pub const fn nonce(mut self, nonce: [u8; 12]) -> Self {
        self.nonce = nonce;
        self
    }

    /// Plaintext is rounded up to a multiple of this many bytes: `#[dynacrypt(pad = N)]`.
    #[doc(hidden)]
    #[must_use]
    pub const fn pad(mut self, bytes: usize) -> Self {
        self.pad = bytes;
        self
    }

    /// The attribute name in the table.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The name that is bound into the item: the attribute name, unless `aad_name` says otherwise.
    #[must_use]
    pub const fn bound_name(&self) -> &'static str {
        self.bound_name
    }

    /// What the field is.
    #[must_use]
    pub const fn kind(&self) -> FieldKind {
        self.kind
    }

    /// Whether it holds the owner.
    #[must_use]
    pub const fn is_owner(&self) -> bool {
        self.owner
    }

    /// Whether it is stored as ciphertext.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        matches!(self.kind, FieldKind::Encrypted)
    }

    /// Whether it is part of the primary key.
    #[must_use]
    pub const fn is_key(&self) -> bool {
        matches!(self.kind, FieldKind::PartitionKey(_) | FieldKind::SortKey(_))
    }

    pub(crate) const fn field_nonce(&self) -> &[u8; 12] {
        &self.nonce
    }

    pub(crate) const fn padding(&self) -> usize {
        self.pad
    }
}

/// Table and fields of a record.
///
/// # Examples
/// ```
/// use dynacrypt_core::record::Schema;
///
/// fn encrypted_names(schema: &Schema) -> Vec<&str> {
///     schema.fields().iter().filter(|field| field.is_encrypted()).map(|field| field.name()).collect()
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    record: &'static str,
    table: &'static str,
    fields: &'static [FieldSpec],
    whole: bool,
}

impl Schema {
    /// Called by the derive macro, which has checked what a schema must have: one partition key, at
    /// most one sort key and owner, names that differ.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        record: &'static str,
        table: &'static str,
        fields: &'static [FieldSpec],
        whole: bool,
    ) -> Self {
        Self { record, table, fields, whole }
    }

    /// Name of the Rust type.
    #[must_use]
    pub const fn record(&self) -> &'static str {
        self.record
    }

    /// The logical table name, which is bound. The physical one may differ.
    #[must_use]
    pub const fn table(&self) -> &'static str {
        self.table
    }

    /// The stored fields, in the order of the struct.
    #[must_use]
    pub const fn fields(&self) -> &'static [FieldSpec] {
        self.fields
    }

    /// Whether the names of the sealed attributes are bound too, so that the removal of one is
    /// noticed.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.whole
    }

    /// The partition key.
    #[must_use]
    pub fn partition_key(&self) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| matches!(field.kind, FieldKind::PartitionKey(_)))
    }

    /// The sort key, where there is one.
    #[must_use]
    pub fn sort_key(&self) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| matches!(field.kind, FieldKind::SortKey(_)))
    }

    /// The field that holds the owner, where there is one.
    #[must_use]
    pub fn owner(&self) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| field.owner)
    }
}
