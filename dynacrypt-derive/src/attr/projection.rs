//! Reads the `#[dynacrypt(…)]` of a projection and of its fields. It never asks whether the record has
//! such fields: the compiler does.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Path, Token, Type};

use super::meta::{self, Given, path, set, text};
use super::suggest::unknown_among;
use super::{DefaultFrom, default};
use crate::diag::Diag;

/// What can be said of the struct.
const ON_STRUCT: [&str; 2] = ["record", "crate"];
/// What can be said of a field.
const ON_FIELD: [&str; 2] = ["from", "default"];

/// What was said of the struct.
#[derive(Default)]
pub(crate) struct ProjectionAttrs {
    pub(crate) record: Option<Given<Type>>,
    pub(crate) krate: Option<Given<Path>>,
}

/// What was said of a field.
#[derive(Default)]
pub(crate) struct ProjectedAttrs {
    /// The record's field, where it has another name.
    pub(crate) from: Option<Given<Ident>>,
    pub(crate) default: Option<Given<DefaultFrom>>,
}

impl ProjectionAttrs {
    pub(crate) fn parse(attributes: &[Attribute], diag: &Diag) -> Self {
        let mut attrs = Self::default();
        for attribute in attributes.iter().filter(|attribute| is_ours(attribute)) {
            meta::each(attribute, diag, |name, input| attrs.take(name, input));
        }
        attrs
    }

    fn take(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let word = text(name);
        match word.as_str() {
            "record" => set(&mut self.record, record(name, input)?, &word),
            "crate" => set(&mut self.krate, path(name, input, "path::to::dynacrypt")?, &word),
            _ => Err(unknown_among(name, &ON_STRUCT, "on a projection")),
        }
    }
}

impl ProjectedAttrs {
    pub(crate) fn parse(attributes: &[Attribute], diag: &Diag) -> Self {
        let mut attrs = Self::default();
        for attribute in attributes.iter().filter(|attribute| is_ours(attribute)) {
            meta::each(attribute, diag, |name, input| attrs.take(name, input));
        }
        attrs
    }

    fn take(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let word = text(name);
        match word.as_str() {
            "from" => set(&mut self.from, field(name, input)?, &word),
            "default" => set(&mut self.default, default(name, input)?, &word),
            _ => Err(unknown_among(name, &ON_FIELD, "on a field of a projection")),
        }
    }
}

fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().is_ident("dynacrypt")
}

/// `record = Order<T>`
fn record(name: &Ident, input: ParseStream<'_>) -> syn::Result<Given<Type>> {
    let expected = |at| syn::Error::new(at, "expected the record's type: `record = Order`");
    if !input.peek(Token![=]) {
        return Err(expected(name.span()));
    }
    let equals: Token![=] = input.parse()?;
    let at = if input.is_empty() { equals.span } else { input.span() };
    let value = input.parse().map_err(|_| expected(at))?;
    Ok(Given { value, span: name.span(), value_span: at })
}

/// `from = field`
fn field(name: &Ident, input: ParseStream<'_>) -> syn::Result<Given<Ident>> {
    let expected = |at| syn::Error::new(at, "expected the name of a field: `from = user_id`");
    if !input.peek(Token![=]) {
        return Err(expected(name.span()));
    }
    let equals: Token![=] = input.parse()?;
    let at = if input.is_empty() { equals.span } else { input.span() };
    let value = input.call(Ident::parse_any).map_err(|_| expected(at))?;
    Ok(Given { value_span: value.span(), value, span: name.span() })
}
