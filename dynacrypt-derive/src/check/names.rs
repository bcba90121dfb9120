//! The names under which fields are stored and bound: lengths, reserved ones, doubles. It never
//! looks at how a field is stored beyond whether it is bound.

use proc_macro2::Span;

use crate::ast::{Field, Kind, Role, Stored};
use crate::attr::ContainerAttrs;
use crate::attr::meta::text;
use crate::diag::Diag;
use crate::nonce;
use crate::source::SourceField;

/// Longest attribute name in bytes. DynamoDB allows keys and indexed attributes no more; other
/// attributes could be longer.
const NAME_MAX: usize = 255;

/// Names that begin so are for the header and what may come beside it.
const RESERVED: &str = "_dc";

/// Attribute name and, where it is another, bound name of a stored field.
pub(super) fn of(
    field: &SourceField<'_>,
    container: &ContainerAttrs,
    diag: &Diag,
) -> (String, Option<String>) {
    let name = match (&field.attrs.rename, &container.rename_all) {
        (Some(rename), _) => rename.value.clone(),
        (None, Some(case)) => case.value.apply(&text(field.ident)),
        (None, None) => text(field.ident),
    };
    valid(&name, "an attribute name", "rename", name_span(field), diag);
    let bound = field.attrs.aad_name.as_ref().map(|given| given.value.clone());
    if let Some(bound) = &bound {
        valid(bound, "a bound name", "aad_name", bound_span(field), diag);
    }
    (name, bound)
}

/// The name of the attribute that the field stood in before, where it was given.
pub(super) fn legacy(field: &SourceField<'_>, diag: &Diag) -> Option<String> {
    let given = field.attrs.legacy_name.as_ref()?;
    valid(&given.value, "an attribute name", "legacy_name", given.value_span, diag);
    Some(given.value.clone())
}

/// `setting` is what gives a name of this kind.
pub(super) fn valid(name: &str, what: &str, setting: &str, at: Span, diag: &Diag) {
    if name.is_empty() || name.len() > NAME_MAX {
        diag.at(
            at,
            format!("expected {what} of 1 to {NAME_MAX} bytes, and this has {}", name.len()),
        );
    } else if name.starts_with(RESERVED) {
        diag.at(
            at,
            format!(
                "`{name}` is reserved: names that begin with `{RESERVED}` are for the header of \
                 sealed items\n\
                 choose another, such as `#[dynacrypt({setting} = \"{}\")]`",
                suggested(name)
            ),
        );
    }
}

fn suggested(reserved: &str) -> &str {
    match reserved.trim_start_matches(RESERVED).trim_start_matches('_') {
        "" => "header",
        rest => rest,
    }
}

/// An attribute that the struct itself makes: a key by template, the record type's name.
pub(super) struct Made<'a> {
    pub(super) name: &'a str,
    /// What it is, for messages.
    pub(super) what: &'a str,
    /// What would give it another name.
    pub(super) setting: &'a str,
    pub(super) at: Span,
}

/// Every attribute name once, every bound name once, every nonce once.
pub(super) fn differ(
    made: &[Made<'_>],
    sources: &[SourceField<'_>],
    fields: &[Field<'_>],
    diag: &Diag,
) {
    for (number, later) in made.iter().enumerate() {
        if let Some(earlier) = made.iter().take(number).find(|other| other.name == later.name) {
            diag.at(
                later.at,
                format!(
                    "attribute name `{}` is that of {} already\n\
                     give one of them another: `{} = \"…\"`",
                    later.name, earlier.what, later.setting
                ),
            );
        }
    }
    let mut seen: Vec<(&Field<'_>, &Stored)> = Vec::new();
    for (source, field) in sources.iter().zip(fields) {
        let Role::Stored(stored) = &field.role else { continue };
        let with_made = made.iter().find_map(|made| clash_with_made(made, stored));
        let found = with_made.or_else(|| seen.iter().find_map(|earlier| clash(earlier, stored)));
        if let Some((at, message)) = found {
            let at = match at {
                Clash::Name => name_span(source),
                Clash::BoundName => bound_span(source),
            };
            diag.at(at, message);
        }
        seen.push((field, stored));
    }
}

/// An attribute that holds what a field was before holds nothing else.
pub(super) fn legacy_differ(
    made: &[Made<'_>],
    sources: &[SourceField<'_>],
    fields: &[Field<'_>],
    diag: &Diag,
) {
    let stored = || {
        sources.iter().zip(fields).filter_map(|(source, field)| match &field.role {
            Role::Stored(stored) => Some((source, field, stored)),
            _ => None,
        })
    };
    for (number, (source, field, one)) in stored().enumerate() {
        let Some(legacy) = &one.legacy else { continue };
        let Some(given) = &source.attrs.legacy_name else { continue };
        let others = stored().enumerate().filter(|(other, _)| *other != number);
        let clash = others.into_iter().find_map(|(other, (_, of, stored))| {
            let same_legacy = stored.legacy.as_ref().is_some_and(|other| other.name == legacy.name);
            (stored.name == legacy.name || (same_legacy && other < number))
                .then(|| format!("that of field `{}`", text(of.ident)))
        });
        let with_made = || {
            let made = made.iter().find(|made| made.name == legacy.name)?;
            Some(format!("that of {}", made.what))
        };
        if let Some(whose) = clash.or_else(with_made) {
            diag.at(
                given.value_span,
                format!(
                    "attribute name `{}` is {whose} already: what `{}` was before cannot stand \
                     there",
                    legacy.name,
                    text(field.ident)
                ),
            );
        }
    }
}

/// What two fields cannot both have.
enum Clash {
    Name,
    BoundName,
}

fn clash_with_made(made: &Made<'_>, stored: &Stored) -> Option<(Clash, String)> {
    let Made { name, what, setting, .. } = made;
    if stored.name == *name {
        let message = format!(
            "attribute name `{name}` is that of {what} already\n\
             give one of them another: `#[dynacrypt(rename = \"…\")]` on the field, or \
             `{setting} = \"…\"` on the struct"
        );
        return Some((Clash::Name, message));
    }
    (stored.kind.is_bound() && stored.effective_bound_name() == *name).then(|| {
        let message = format!(
            "bound name `{name}` is that of {what} already\n\
             give one of them another: `#[dynacrypt(aad_name = \"…\")]` on the field, or \
             `{setting} = \"…\"` on the struct"
        );
        (Clash::BoundName, message)
    })
}

fn clash((field, earlier): &(&Field<'_>, &Stored), later: &Stored) -> Option<(Clash, String)> {
    let other = text(field.ident);
    if earlier.name == later.name {
        let message = format!(
            "attribute name `{}` is that of field `{other}` already\n\
             give one of them another: `#[dynacrypt(rename = \"…\")]`",
            later.name
        );
        return Some((Clash::Name, message));
    }
    if !earlier.kind.is_bound() || !later.kind.is_bound() {
        return None;
    }
    let (theirs, ours) = (earlier.effective_bound_name(), later.effective_bound_name());
    if theirs == ours {
        let message = format!(
            "bound name `{ours}` is that of field `{other}` already: their nonces would collide\n\
             give one of them another: `#[dynacrypt(aad_name = \"…\")]`"
        );
        return Some((Clash::BoundName, message));
    }
    let encrypted = earlier.kind == Kind::Encrypted && later.kind == Kind::Encrypted;
    (encrypted && nonce::of(theirs) == nonce::of(ours)).then(|| {
        let message = format!(
            "the nonce that follows from `{ours}` is that of field `{other}`\n\
             give one of them another bound name: `#[dynacrypt(aad_name = \"…\")]`"
        );
        (Clash::BoundName, message)
    })
}

fn name_span(field: &SourceField<'_>) -> Span {
    field.attrs.rename.as_ref().map_or_else(|| field.ident.span(), |given| given.value_span)
}

fn bound_span(field: &SourceField<'_>) -> Span {
    field.attrs.aad_name.as_ref().map_or_else(|| name_span(field), |given| given.value_span)
}
