//! Reads `#[dynacrypt(…)]`, `#[encrypted]` and `#[sensitive]`, one struct or field at a time. It
//! never asks whether what they say fits together, and never reads another macro's attributes.

pub(crate) mod index;
pub(crate) mod meta;
pub(crate) mod projection;
pub(crate) mod suggest;

use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::{Attribute, Meta, Path, Type};

use self::index::IndexAttrs;
use self::meta::{Flag, Given, flag, number, path, set, string, text, type_named};
use self::suggest::{IN_ENCRYPTED, Place, unknown, unknown_among};
use crate::ast::Managed;
use crate::case::{CASES, Case};
use crate::diag::Diag;
use crate::tokens;

/// What `#[dynacrypt(…)]` said on the struct.
#[derive(Default)]
pub(crate) struct ContainerAttrs {
    pub(crate) table: Option<Given<String>>,
    pub(crate) rename_all: Option<Given<Case>>,
    pub(crate) krate: Option<Given<Path>>,
    pub(crate) explicit: Flag,
    pub(crate) whole: Flag,
    /// Key templates, and the names of the attributes that they make.
    pub(crate) partition_key: Option<Given<String>>,
    pub(crate) sort_key: Option<Given<String>>,
    pub(crate) partition_key_name: Option<Given<String>>,
    pub(crate) sort_key_name: Option<Given<String>>,
    /// The record type's name, and the name of the attribute that holds it.
    pub(crate) entity: Option<Given<String>>,
    pub(crate) entity_name: Option<Given<String>>,
    pub(crate) indexes: Vec<IndexAttrs>,
    /// A lint on deprecated names would also fire in generated code.
    pub(crate) deprecated: bool,
}

impl ContainerAttrs {
    pub(crate) fn parse(attributes: &[Attribute], diag: &Diag) -> Self {
        let mut attrs =
            Self { deprecated: attributes.iter().any(is_deprecated), ..Self::default() };
        for attribute in attributes {
            if attribute.path().is_ident("dynacrypt") {
                meta::each(attribute, diag, |name, input| attrs.take(name, input));
            } else if let Some(name) = bare_name(attribute) {
                diag.push(unknown(name, Place::Struct));
            }
        }
        attrs
    }

    fn take(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let word = text(name);
        match word.as_str() {
            "table" => set(&mut self.table, string(name, input, "\"profiles\"")?, &word),
            "rename_all" => {
                let given = string(name, input, "\"camelCase\"")?;
                set(&mut self.rename_all, rename_all(&given)?, &word)
            }
            "crate" => set(&mut self.krate, path(name, input, "path::to::dynacrypt")?, &word),
            "explicit" => set(&mut self.explicit, flag(name, input)?, &word),
            "whole" => set(&mut self.whole, flag(name, input)?, &word),
            "partition_key" => {
                set(&mut self.partition_key, string(name, input, "\"USER#{user_id}\"")?, &word)
            }
            "sort_key" => {
                set(&mut self.sort_key, string(name, input, "\"ORDER#{order_id}\"")?, &word)
            }
            "partition_key_name" => {
                set(&mut self.partition_key_name, string(name, input, "\"pk\"")?, &word)
            }
            "sort_key_name" => set(&mut self.sort_key_name, string(name, input, "\"sk\"")?, &word),
            "entity" => set(&mut self.entity, string(name, input, "\"order\"")?, &word),
            "entity_name" => set(&mut self.entity_name, string(name, input, "\"entity\"")?, &word),
            "index" => {
                let (index, settings) = IndexAttrs::parse(name, input)?;
                self.indexes.push(index);
                settings
            }
            _ => Err(unknown(name, Place::Struct)),
        }
    }
}

fn rename_all(given: &Given<String>) -> syn::Result<Given<Case>> {
    if let Some(value) = Case::from_name(&given.value) {
        return Ok(Given { value, span: given.span, value_span: given.value_span });
    }
    let names = CASES.map(|(name, _)| name);
    let hint = suggest::nearest(&given.value, &names)
        .map(|known| format!(", did you mean `{known}`?"))
        .unwrap_or_default();
    let valid = suggest::list(&names);
    Err(syn::Error::new(
        given.value_span,
        format!("unknown case{hint}\nvalid for `rename_all`: {valid}"),
    ))
}

/// Where a missing value comes from.
#[derive(Clone)]
pub(crate) enum DefaultFrom {
    /// The type's `Default`.
    Type,
    /// A function.
    Path(Path),
}

/// What `#[dynacrypt(…)]`, `#[encrypted]` and `#[sensitive]` said on a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) partition_key: Flag,
    pub(crate) sort_key: Flag,
    pub(crate) owner: Flag,
    pub(crate) clear: Flag,
    pub(crate) authenticated: Flag,
    pub(crate) encrypted: Flag,
    pub(crate) sensitive: Flag,
    pub(crate) skip: Flag,
    pub(crate) version: Flag,
    pub(crate) ttl: Flag,
    pub(crate) created: Flag,
    pub(crate) updated: Flag,
    pub(crate) rename: Option<Given<String>>,
    pub(crate) aad_name: Option<Given<String>>,
    pub(crate) default: Option<Given<DefaultFrom>>,
    pub(crate) with: Option<Given<Path>>,
    pub(crate) null: Flag,
    pub(crate) pad: Option<Given<usize>>,
    /// The format that the field was stored in before, and the attribute that it then stood in.
    pub(crate) legacy: Option<Given<Type>>,
    pub(crate) legacy_name: Option<Given<String>>,
    pub(crate) deprecated: bool,
}

impl FieldAttrs {
    pub(crate) fn parse(attributes: &[Attribute], diag: &Diag) -> Self {
        let mut attrs =
            Self { deprecated: attributes.iter().any(is_deprecated), ..Self::default() };
        for attribute in attributes {
            if attribute.path().is_ident("dynacrypt") {
                meta::each(attribute, diag, |name, input| attrs.take(name, input));
            } else if let Some(name) = bare_name(attribute) {
                diag.ok(attrs.take_bare(name, attribute));
                if name == "encrypted" && matches!(attribute.meta, Meta::List(_)) {
                    meta::each(attribute, diag, |name, input| attrs.take_inside(name, input));
                }
            }
        }
        attrs
    }

    fn take(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let word = text(name);
        match word.as_str() {
            "rename" => set(&mut self.rename, string(name, input, "\"userName\"")?, &word),
            "aad_name" => set(&mut self.aad_name, string(name, input, "\"old_name\"")?, &word),
            "pad" => set(&mut self.pad, number(name, input, "32")?, &word),
            "with" => set(&mut self.with, path(name, input, "path::to::Codec")?, &word),
            "default" => set(&mut self.default, default(name, input)?, &word),
            "legacy" => set(&mut self.legacy, type_named(name, input, "Fernet")?, &word),
            "legacy_name" => set(&mut self.legacy_name, string(name, input, "\"ssn_enc\"")?, &word),
            _ => match self.flag_slot(&word) {
                Some(slot) => set(slot, flag(name, input)?, &word),
                None => Err(unknown(name, Place::Field)),
            },
        }
    }

    /// What the mapper itself is to do with the field: each thing that was said of it, with its
    /// name and its place.
    pub(crate) fn managed(&self) -> impl Iterator<Item = (Managed, &'static str, Span)> {
        [
            (Managed::Version, "version", &self.version),
            (Managed::Ttl, "ttl", &self.ttl),
            (Managed::Created, "created", &self.created),
            (Managed::Updated, "updated", &self.updated),
        ]
        .into_iter()
        .filter_map(|(managed, name, flag)| Some((managed, name, flag.as_ref()?.span)))
    }

    /// What can be said in `#[encrypted(…)]`.
    fn take_inside(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let word = text(name);
        if IN_ENCRYPTED.contains(&word.as_str()) {
            return self.take(name, input);
        }
        if suggest::ON_FIELD.contains(&word.as_str()) {
            return Err(syn::Error::new(
                name.span(),
                format!(
                    "`{word}` does not belong in `#[encrypted(…)]`\n\
                     it goes beside it, as in `#[dynacrypt(pad = 32)]`"
                ),
            ));
        }
        Err(unknown_among(name, &IN_ENCRYPTED, "in `#[encrypted(…)]`"))
    }

    fn take_bare(&mut self, name: &Ident, attribute: &Attribute) -> syn::Result<()> {
        let word = text(name);
        let takes_list = word == "encrypted" && matches!(attribute.meta, Meta::List(_));
        if !takes_list && !matches!(attribute.meta, Meta::Path(_)) {
            return Err(syn::Error::new_spanned(
                &attribute.meta,
                format!(
                    "`#[{word}]` takes no arguments\n\
                     other settings of the field go beside it, such as `#[dynacrypt(pad = 32)]`"
                ),
            ));
        }
        let given = Given { value: (), span: name.span(), value_span: name.span() };
        self.flag_slot(&word).map_or(Ok(()), |slot| set(slot, given, &word))
    }

    fn flag_slot(&mut self, word: &str) -> Option<&mut Flag> {
        Some(match word {
            "partition_key" => &mut self.partition_key,
            "sort_key" => &mut self.sort_key,
            "owner" => &mut self.owner,
            "clear" => &mut self.clear,
            "authenticated" => &mut self.authenticated,
            "encrypted" => &mut self.encrypted,
            "sensitive" => &mut self.sensitive,
            "skip" => &mut self.skip,
            "version" => &mut self.version,
            "ttl" => &mut self.ttl,
            "created" => &mut self.created,
            "updated" => &mut self.updated,
            "null" => &mut self.null,
            _ => return None,
        })
    }
}

fn default(name: &Ident, input: ParseStream<'_>) -> syn::Result<Given<DefaultFrom>> {
    if !input.peek(syn::Token![=]) && !input.peek(syn::token::Paren) {
        return Ok(Given { value: DefaultFrom::Type, span: name.span(), value_span: name.span() });
    }
    let Given { value, span, value_span } = path(name, input, "path::to::function")?;
    Ok(Given { value: DefaultFrom::Path(value), span, value_span })
}

/// `#[encrypted]` and `#[sensitive]`, the two helper attributes with names of their own.
fn bare_name(attribute: &Attribute) -> Option<&Ident> {
    let name = attribute.path().get_ident()?;
    (name == "encrypted" || name == "sensitive").then_some(name)
}

/// `#[deprecated]`, or an `allow` or `expect` that speaks of it.
fn is_deprecated(attribute: &Attribute) -> bool {
    let path = attribute.path();
    path.is_ident("deprecated")
        || ((path.is_ident("allow") || path.is_ident("expect"))
            && tokens::mentions(&attribute.meta, &["deprecated"]))
}
