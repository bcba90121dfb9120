//! The schema of a record, as the derive macro writes it: names and kinds. It never holds a value.

use super::template::Template;
use super::{LegacyField, LegacySpec, NullableField};
use crate::context::{Scalar, ScalarType};

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
    /// Not a field of the struct: names the record type among several in a table, with this value.
    /// Stored in the clear, and bound as an authenticated attribute is.
    Entity(&'static str),
}

/// What the mapper itself does with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldRole {
    /// Counts the writes of an item: `#[dynacrypt(version)]`.
    Version,
    /// When DynamoDB may delete the item: `#[dynacrypt(ttl)]`.
    Ttl,
    /// When the item was first written: `#[dynacrypt(created)]`.
    Created,
    /// When the item was last written: `#[dynacrypt(updated)]`.
    Updated,
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
    template: Option<Template>,
    owner_segment: usize,
    role: Option<FieldRole>,
    null: bool,
    legacy: Option<LegacySpec>,
}

impl FieldSpec {
    /// A field under this attribute name, bound under the same name.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, kind: FieldKind) -> Self {
        Self {
            name,
            bound_name: name,
            kind,
            owner: false,
            nonce: [0; 12],
            pad: 1,
            template: None,
            owner_segment: 0,
            role: None,
            null: false,
            legacy: None,
        }
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

    /// `None` is stored as NULL: `#[dynacrypt(null)]`. `T` is the type of the field.
    #[doc(hidden)]
    #[must_use]
    pub const fn null<T: NullableField>(mut self) -> Self {
        self.null = true;
        self
    }

    /// An encrypted field that was stored in this format before, in the attribute of this name:
    /// `#[encrypted(legacy = F, legacy_name = "…")]`.
    #[doc(hidden)]
    #[must_use]
    pub const fn was<F: LegacyField>(mut self, name: &'static str) -> Self {
        self.legacy = Some(LegacySpec::of::<F>(name));
        self
    }

    /// A key attribute that a template makes.
    #[doc(hidden)]
    #[must_use]
    pub const fn made_by(mut self, template: Template) -> Self {
        self.template = Some(template);
        self
    }

    /// A key attribute whose template holds the owner, as its field of this number.
    #[doc(hidden)]
    #[must_use]
    pub const fn owner_in(mut self, segment: usize) -> Self {
        self.owner = true;
        self.owner_segment = segment;
        self
    }

    /// A field that the mapper itself reads or writes.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_role(mut self, role: FieldRole) -> Self {
        self.role = Some(role);
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

    /// Whether the absence of a value is stored as NULL, rather than as an absent attribute.
    #[must_use]
    pub const fn is_null_stored(&self) -> bool {
        self.null
    }

    /// Whether it is part of the primary key.
    #[must_use]
    pub const fn is_key(&self) -> bool {
        matches!(self.kind, FieldKind::PartitionKey(_) | FieldKind::SortKey(_))
    }

    /// Whether it is stored in the clear and bound as an authenticated attribute.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        matches!(self.kind, FieldKind::Authenticated | FieldKind::Entity(_))
    }

    /// The template that makes this key attribute, where one does.
    #[must_use]
    pub const fn template(&self) -> Option<Template> {
        self.template
    }

    /// What the field was stored as before, where that can still be read.
    #[must_use]
    pub const fn legacy(&self) -> Option<LegacySpec> {
        self.legacy
    }

    /// What the mapper itself does with the field, where it does something.
    #[must_use]
    pub const fn role(&self) -> Option<FieldRole> {
        self.role
    }

    /// Whether a value of this attribute names this owner. Without `owner`, it names nobody.
    pub(crate) fn names_owner(&self, value: &Scalar<'_>, id: &str) -> bool {
        self.owner
            && match (value, self.template) {
                (Scalar::S(key), Some(template)) => template.holds(key, self.owner_segment, id),
                (Scalar::S(text), None) => text == id,
                (Scalar::N(number), None) => number.as_str() == id,
                _ => false,
            }
    }

    /// Which field of its template holds the owner, by number.
    #[cfg(feature = "schema")]
    pub(crate) const fn owner_segment(&self) -> usize {
        self.owner_segment
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
    indexes: &'static [IndexSpec],
    sensitive: &'static [&'static str],
}

/// A secondary index: which attributes are its key, and what it holds.
#[derive(Debug, Clone, Copy)]
pub struct IndexSpec {
    name: &'static str,
    local: bool,
    partition: (usize, ScalarType),
    sort: Option<(usize, ScalarType)>,
    holds: IndexHolds,
}

/// Which attributes a secondary index holds, beside its own key and the table's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexHolds {
    /// Every attribute.
    All,
    /// These fields, by number, and what opening needs: header, owner, authenticated attributes.
    Fields(&'static [usize]),
}

impl IndexSpec {
    /// Called by the derive macro. The key attributes are numbers of fields, with their types.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        local: bool,
        partition: (usize, ScalarType),
        sort: Option<(usize, ScalarType)>,
        holds: IndexHolds,
    ) -> Self {
        Self { name, local, partition, sort, holds }
    }

    /// The index's name in DynamoDB.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it is a local secondary index, of the table's own partitions.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.local
    }

    /// Number and type of the field that is its partition key.
    #[must_use]
    pub const fn partition(&self) -> (usize, ScalarType) {
        self.partition
    }

    /// Number and type of the field that is its sort key, where it has one.
    #[must_use]
    pub const fn sort(&self) -> Option<(usize, ScalarType)> {
        self.sort
    }

    /// What it holds.
    #[must_use]
    pub const fn holds(&self) -> IndexHolds {
        self.holds
    }
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
        Self { record, table, fields, whole, indexes: &[], sensitive: &[] }
    }

    /// The same schema with these secondary indexes.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_indexes(mut self, indexes: &'static [IndexSpec]) -> Self {
        self.indexes = indexes;
        self
    }

    /// The same schema with these Rust names of sensitive fields.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_sensitive(mut self, names: &'static [&'static str]) -> Self {
        self.sensitive = names;
        self
    }

    /// The Rust names of the sensitive fields: of the encrypted ones, and of those that are never
    /// stored.
    #[must_use]
    pub const fn sensitive(&self) -> &'static [&'static str] {
        self.sensitive
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

    /// The secondary indexes.
    #[must_use]
    pub const fn indexes(&self) -> &'static [IndexSpec] {
        self.indexes
    }

    /// Names of the attributes that an index holds beside keys, where it does not hold all: its
    /// fields, and whatever opening needs (header, owner, record type, authenticated attributes; in a
    /// `whole` record the encrypted ones too).
    #[must_use]
    pub fn index_attributes(&self, index: &IndexSpec) -> Option<Vec<&'static str>> {
        let IndexHolds::Fields(held) = index.holds else { return None };
        let is_index_key = |number| {
            index.partition.0 == number || index.sort.is_some_and(|(sort, _)| sort == number)
        };
        let fields = self.fields.iter().enumerate().filter(|(number, field)| {
            let needed = field.is_authenticated()
                || field.owner
                || (self.whole && field.is_encrypted())
                || held.contains(number);
            needed && !field.is_key() && !is_index_key(*number)
        });
        Some([HEADER_ATTRIBUTE].into_iter().chain(fields.map(|(_, field)| field.name)).collect())
    }

    /// Names of the attributes that an item must hold so that these fields, by number, can be read
    /// from it: theirs, and whatever opening needs (header, keys, owner, record type, authenticated
    /// attributes; in a `whole` record every encrypted one).
    #[must_use]
    pub fn attributes_of(&self, fields: &[usize]) -> Vec<&'static str> {
        let needed = self.fields.iter().enumerate().filter(|(number, field)| {
            field.is_key()
                || field.is_authenticated()
                || field.owner
                || (self.whole && field.is_encrypted())
                || fields.contains(number)
        });
        [HEADER_ATTRIBUTE].into_iter().chain(needed.map(|(_, field)| field.name)).collect()
    }

    /// The field that plays a role for the mapper, and its number.
    #[must_use]
    pub fn role(&self, role: FieldRole) -> Option<(usize, &'static FieldSpec)> {
        self.fields.iter().enumerate().find(|(_, field)| field.role == Some(role))
    }

    /// The attribute that names the record type, where several share a table.
    #[must_use]
    pub fn entity(&self) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| matches!(field.kind, FieldKind::Entity(_)))
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
