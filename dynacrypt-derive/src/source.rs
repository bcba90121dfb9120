//! A struct and what was said of it, before any check but that of its shape: named fields. It never
//! asks whether attributes fit together.

use syn::{Data, DeriveInput, Fields, FieldsNamed, Ident, Type, Visibility};

use crate::attr::{ContainerAttrs, FieldAttrs};
use crate::diag::Diag;

/// The struct.
pub(crate) struct Source<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) attrs: ContainerAttrs,
    /// Whether one of its own attributes was in error: what seems to be missing may be misspelt.
    pub(crate) broken: bool,
    /// `None` where it has no named fields.
    pub(crate) fields: Option<Vec<SourceField<'a>>>,
}

/// One of its fields.
pub(crate) struct SourceField<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) ty: &'a Type,
    pub(crate) attrs: FieldAttrs,
    pub(crate) broken: bool,
}

impl<'a> Source<'a> {
    pub(crate) fn parse(input: &'a DeriveInput, diag: &Diag) -> Self {
        let (attrs, broken) = diag.watch(|| ContainerAttrs::parse(&input.attrs, diag));
        let fields = named_fields(input, diag).map(|fields| {
            let named = fields.named.iter();
            named.filter_map(|field| SourceField::parse(field, diag)).collect()
        });
        Self { input, attrs, broken, fields }
    }

    pub(crate) fn fields(&self) -> &[SourceField<'a>] {
        self.fields.as_deref().unwrap_or_default()
    }
}

impl<'a> SourceField<'a> {
    fn parse(field: &'a syn::Field, diag: &Diag) -> Option<Self> {
        let (attrs, broken) = diag.watch(|| FieldAttrs::parse(&field.attrs, diag));
        Some(Self { ident: field.ident.as_ref()?, vis: &field.vis, ty: &field.ty, attrs, broken })
    }
}

fn named_fields<'a>(input: &'a DeriveInput, diag: &Diag) -> Option<&'a FieldsNamed> {
    let fields = match &input.data {
        Data::Struct(data) => &data.fields,
        Data::Enum(data) => {
            diag.at(
                data.enum_token.span,
                "a record is a struct with named fields, not an enum\n\
                 keep the enum in a field of a struct; it is stored through serde",
            );
            return None;
        }
        Data::Union(data) => {
            diag.at(
                data.union_token.span,
                "a record is a struct with named fields, not a union\n\
                 use a struct with one field for each thing to store",
            );
            return None;
        }
    };
    match fields {
        Fields::Named(named) => return Some(named),
        Fields::Unnamed(unnamed) => diag.on(
            unnamed,
            "a record needs named fields: their names are the attribute names in the table\n\
             write `struct Profile { user_id: String, … }`",
        ),
        Fields::Unit => diag.at(
            input.ident.span(),
            "a record needs fields, at least a partition key\n\
             write `struct Profile { #[dynacrypt(partition_key)] user_id: String, … }`",
        ),
    }
    None
}
