//! How one field is stored, and which attributes contradict each other on it. It never compares two
//! fields, and reports one contradiction once.

use proc_macro2::Span;

use crate::ast::{InKey, KeyPart, Kind, Managed, Segment, Template};
use crate::attr::meta::{Flag, text};
use crate::attr::{ContainerAttrs, DefaultFrom, FieldAttrs};
use crate::diag::Diag;
use crate::source::SourceField;

/// Sizes that `pad` may round up to, in bytes.
const PAD: std::ops::RangeInclusive<usize> = 2..=4096;

pub(super) enum Role {
    Skipped(DefaultFrom),
    InKey(InKey),
    Stored { kind: Kind, default: Option<DefaultFrom>, pad: Option<usize> },
}

/// `templates` are those in which the field may stand.
pub(super) fn role(
    field: &SourceField<'_>,
    container: &ContainerAttrs,
    templates: &[Template],
    diag: &Diag,
) -> Role {
    let attrs = &field.attrs;
    if let Some((part, in_key)) = in_key(field, templates) {
        templated(field, part, templates, diag);
        return Role::InKey(in_key);
    }
    if attrs.skip.is_some() {
        skipped(attrs, diag);
        let default = attrs.default.as_ref().map_or(DefaultFrom::Type, |given| given.value.clone());
        return Role::Skipped(default);
    }
    let ((), contradicts) = diag.watch(|| contradictions(attrs, diag));
    let kind = kind(attrs);
    // What is missing may be what was misspelt or what the contradiction is about.
    if !contradicts && !field.broken {
        unsaid(field, kind, container, diag);
    }
    if !contradicts {
        settings(attrs, kind, diag);
    }
    Role::Stored {
        kind,
        default: attrs.default.as_ref().map(|given| given.value.clone()),
        pad: attrs.pad.as_ref().map(|given| given.value),
    }
}

fn kind(attrs: &FieldAttrs) -> Kind {
    let owner = attrs.owner.is_some();
    if attrs.partition_key.is_some() {
        Kind::PartitionKey { owner }
    } else if attrs.sort_key.is_some() {
        Kind::SortKey { owner }
    } else if owner {
        Kind::Owner
    } else if attrs.encrypted.is_some() {
        Kind::Encrypted
    } else if attrs.authenticated.is_some() {
        Kind::Authenticated
    } else if let Some((managed, ..)) = attrs.managed().next() {
        Kind::Managed(managed)
    } else {
        Kind::Clear
    }
}

/// Where the field stands in the key, if it does.
fn in_key(field: &SourceField<'_>, templates: &[Template]) -> Option<(KeyPart, InKey)> {
    let name = text(field.ident);
    let mut places = templates.iter().filter_map(|template| {
        let number = template.fields().position(|field| field == name)?;
        Some((template.part, Segment { attribute: template.index, number }))
    });
    let (part, first) = places.next()?;
    let second = places.next().map(|(_, segment)| segment);
    Some((part, InKey { first, second, owner: field.attrs.owner.is_some() }))
}

/// A field of a key template is stored in the key and nowhere else.
fn templated(field: &SourceField<'_>, part: KeyPart, templates: &[Template], diag: &Diag) {
    let (attrs, name, key) = (&field.attrs, text(field.ident), part.describe());
    // A second key of one kind is reported as such.
    let other =
        |part, flag| span(flag).filter(|_| !templates.iter().any(|template| template.part == part));
    if let Some(at) = span(&attrs.encrypted).or(span(&attrs.sensitive)) {
        return diag.at(at, sensitive_key(&format!("part of the {key}")));
    }
    let said = [
        ("partition_key", other(KeyPart::Partition, &attrs.partition_key)),
        ("sort_key", other(KeyPart::Sort, &attrs.sort_key)),
        ("clear", span(&attrs.clear)),
        ("authenticated", span(&attrs.authenticated)),
        ("skip", span(&attrs.skip)),
        ("null", span(&attrs.null)),
        ("with", attrs.with.as_ref().map(|given| given.span)),
        ("rename", attrs.rename.as_ref().map(|given| given.span)),
        ("aad_name", attrs.aad_name.as_ref().map(|given| given.span)),
        ("pad", attrs.pad.as_ref().map(|given| given.span)),
        ("default", attrs.default.as_ref().map(|given| given.span)),
        ("legacy", attrs.legacy.as_ref().map(|given| given.span)),
        ("legacy_name", attrs.legacy_name.as_ref().map(|given| given.span)),
    ];
    let managed = attrs.managed().map(|(_, name, at)| (name, Some(at)));
    let mut said = said.into_iter().chain(managed);
    if let Some((attribute, at)) = said.find_map(|(what, at)| Some((what, at?))) {
        diag.at(
            at,
            format!(
                "`{attribute}` contradicts the template of the {key}, in which `{name}` stands: it \
                 is stored in the key alone\n\
                 remove one of them"
            ),
        );
    }
}

fn sensitive_key(what: &str) -> String {
    format!(
        "a sensitive field cannot be {what}: keys are stored in the clear, and appear in logs and \
         metrics\n\
         use an opaque id as the key, and an encrypted field for the sensitive value"
    )
}

/// `skip` means that there is nothing to say of how the field is stored.
fn skipped(attrs: &FieldAttrs, diag: &Diag) {
    let flags = [
        ("encrypted", &attrs.encrypted),
        ("partition_key", &attrs.partition_key),
        ("sort_key", &attrs.sort_key),
        ("owner", &attrs.owner),
        ("clear", &attrs.clear),
        ("authenticated", &attrs.authenticated),
        ("null", &attrs.null),
    ];
    let values = [
        ("with", attrs.with.as_ref().map(|given| given.span)),
        ("rename", attrs.rename.as_ref().map(|given| given.span)),
        ("aad_name", attrs.aad_name.as_ref().map(|given| given.span)),
        ("pad", attrs.pad.as_ref().map(|given| given.span)),
        ("legacy", attrs.legacy.as_ref().map(|given| given.span)),
        ("legacy_name", attrs.legacy_name.as_ref().map(|given| given.span)),
    ];
    let flags = flags.map(|(name, flag)| (name, span(flag)));
    let managed = attrs.managed().map(|(_, name, at)| (name, Some(at)));
    for (name, at) in flags.into_iter().chain(values).chain(managed) {
        if let Some(at) = at {
            diag.at(
                at,
                format!(
                    "`{name}` contradicts `skip`: a skipped field is never stored\n\
                     remove one of them"
                ),
            );
        }
    }
}

/// Pairs of attributes of which one must go. One error for each field: the others may follow from
/// it.
fn contradictions(attrs: &FieldAttrs, diag: &Diag) {
    let key = match (&attrs.partition_key, &attrs.sort_key) {
        (Some(_), Some(sort)) => {
            return diag.at(
                sort.span,
                "`sort_key` contradicts `partition_key`: a field is one key or the other",
            );
        }
        (Some(_), None) => Some("partition key"),
        (None, Some(_)) => Some("sort key"),
        (None, None) => None,
    };
    let secret = span(&attrs.encrypted).or(span(&attrs.sensitive));
    if let (Some(key), Some(at)) = (key, secret) {
        diag.at(at, sensitive_key(&format!("the {key}")));
    } else if let (Some(at), Some(_)) = (secret, &attrs.owner) {
        diag.at(
            at,
            "a sensitive field cannot be the owner: the owner is stored in the clear, and \
             compared before anything is opened\n\
             use an opaque id as the owner",
        );
    } else if let (Some(_), Some(clear)) = (&attrs.encrypted, &attrs.clear) {
        diag.at(clear.span, "`clear` contradicts `encrypted`\nremove one of them");
    } else if let (Some(_), Some(authenticated)) = (&attrs.encrypted, &attrs.authenticated) {
        diag.at(
            authenticated.span,
            "`authenticated` contradicts `encrypted`: what is encrypted is authenticated already\n\
             remove `authenticated`",
        );
    } else if let (Some(_), Some(other)) =
        (&attrs.sensitive, attrs.clear.as_ref().or(attrs.authenticated.as_ref()))
    {
        let name = if attrs.clear.is_some() { "clear" } else { "authenticated" };
        diag.at(
            other.span,
            format!(
                "`{name}` contradicts `sensitive`: it stores the field in the clear\n{WAYS_OUT}"
            ),
        );
    } else if let (Some(key), Some(other)) =
        (key, attrs.clear.as_ref().or(attrs.authenticated.as_ref()))
    {
        let name = if attrs.clear.is_some() { "clear" } else { "authenticated" };
        diag.at(
            other.span,
            format!("a {key} is always stored in the clear, and always bound\nremove `{name}`"),
        );
    } else if let (Some(_), Some(authenticated)) = (&attrs.owner, &attrs.authenticated) {
        diag.at(authenticated.span, "an owner is already bound\nremove `authenticated`");
    } else if let (Some(_), Some(clear)) = (&attrs.owner, &attrs.clear) {
        diag.at(
            clear.span,
            "`clear` contradicts `owner`: an owner is stored in the clear, but bound\n\
             remove `clear`",
        );
    } else if let (Some(clear), Some(_)) = (&attrs.clear, &attrs.authenticated) {
        diag.at(
            clear.span,
            "`clear` contradicts `authenticated`: both are stored in the clear, but an \
             authenticated field is bound\n\
             remove one of them",
        );
    } else {
        managed(attrs, diag);
    }
}

/// What the mapper writes by itself is stored in the clear and not bound, and is one thing.
fn managed(attrs: &FieldAttrs, diag: &Diag) {
    let mut all = attrs.managed();
    let Some((_, name, at)) = all.next() else { return };
    if let Some((_, other, at)) = all.next() {
        return diag.at(at, format!("`{other}` contradicts `{name}`: a field is one or the other"));
    }
    let said = [
        ("partition_key", "a key never changes", &attrs.partition_key),
        ("sort_key", "a key never changes", &attrs.sort_key),
        ("owner", "an owner is the caller's, and bound", &attrs.owner),
        ("encrypted", "DynamoDB and conditions have to read it", &attrs.encrypted),
        ("sensitive", "DynamoDB and conditions have to read it", &attrs.sensitive),
        ("authenticated", "an update changes it without the rest", &attrs.authenticated),
    ];
    if let Some((other, why, _)) = said.into_iter().find(|(.., flag)| flag.is_some()) {
        diag.at(
            at,
            format!(
                "`{name}` contradicts `{other}`: {why}\n\
                 `{name}` is stored in the clear, and not bound: give it a field of its own"
            ),
        );
    }
}

const WAYS_OUT: &str =
    "mark it `#[encrypted]` to store ciphertext, or `#[dynacrypt(skip)]` to never store it";

/// What must be said and was not.
fn unsaid(field: &SourceField<'_>, kind: Kind, container: &ContainerAttrs, diag: &Diag) {
    let attrs = &field.attrs;
    if let (Some(sensitive), None) = (&attrs.sensitive, &attrs.encrypted) {
        diag.at(
            sensitive.span,
            format!("a sensitive field would be stored in the clear\n{WAYS_OUT}"),
        );
    } else if container.explicit.is_some() && kind == Kind::Clear && attrs.clear.is_none() {
        diag.at(
            field.ident.span(),
            format!(
                "`{}` does not say how it is stored, which `explicit` on the struct asks for\n\
                 add `#[dynacrypt(clear)]`, `#[dynacrypt(authenticated)]`, `#[encrypted]` or \
                 `#[dynacrypt(skip)]`",
                text(field.ident)
            ),
        );
    }
}

/// Settings that only some kinds of field have.
fn settings(attrs: &FieldAttrs, kind: Kind, diag: &Diag) {
    if let (Some(aad_name), false) = (&attrs.aad_name, kind.is_bound()) {
        diag.at(
            aad_name.span,
            "`aad_name` is the name that a field is bound under, and a clear field is not bound\n\
             use `rename` for the name in the table, or bind the field: \
             `#[dynacrypt(authenticated)]`",
        );
    }
    let stored = match kind {
        Kind::Clear => None,
        Kind::Encrypted => Some("an encrypted field holds ciphertext"),
        Kind::PartitionKey { .. } | Kind::SortKey { .. } => Some("a key has one form"),
        Kind::Owner => Some("an owner has one form"),
        Kind::Authenticated => Some("an authenticated field has one form"),
        Kind::Managed(Managed::Version) => Some("a version is a number"),
        Kind::Managed(_) => Some("a time that the mapper uses is a number"),
    };
    if let (Some(stored), Some(with)) = (stored, &attrs.with) {
        diag.at(
            with.span,
            format!("`with` says how a clear field is stored, and {stored}\nremove `with`"),
        );
    }
    if let (Some(stored), Some(null)) = (stored, &attrs.null) {
        diag.at(
            null.span,
            format!("`null` stores `None` as NULL in a clear field, and {stored}\nremove `null`"),
        );
    }
    if let Some(pad) = &attrs.pad {
        if kind != Kind::Encrypted {
            diag.at(
                pad.span,
                "`pad` hides the length of a ciphertext, and this field is not encrypted\n\
                 add `#[encrypted]`",
            );
        } else if !PAD.contains(&pad.value) {
            let (least, most) = (PAD.start(), PAD.end());
            diag.at(
                pad.value_span,
                format!("expected a block size of {least} to {most} bytes, such as `pad = 32`"),
            );
        }
    }
    if let (Some(legacy), false) = (&attrs.legacy, kind == Kind::Encrypted) {
        diag.at(
            legacy.span,
            "`legacy` is the format that an encrypted field was stored in before, and this field is \
             not encrypted\n\
             add `#[encrypted]`",
        );
    } else if let (Some(name), None) = (&attrs.legacy_name, &attrs.legacy) {
        diag.at(
            name.span,
            "`legacy_name` says where the field stood in its old form, and no form is given\n\
             add `legacy = …`, such as `#[encrypted(legacy = Fernet, legacy_name = \"ssn_enc\")]`",
        );
    }
    let required = match kind {
        Kind::PartitionKey { .. } | Kind::SortKey { .. } => "a key",
        Kind::Owner => "an owner",
        Kind::Authenticated | Kind::Clear | Kind::Encrypted | Kind::Managed(_) => return,
    };
    if let Some(default) = &attrs.default {
        diag.at(
            default.span,
            format!("{required} is never absent from an item, so it has no `default`"),
        );
    }
}

fn span(flag: &Flag) -> Option<Span> {
    flag.as_ref().map(|given| given.span)
}
