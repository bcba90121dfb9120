//! Query strings, bodies of forms and URLs. It never decodes what it does not mask.

use percent_encoding::percent_decode_str;

use super::{MASK, Redactor};

/// A query string or form.
pub(super) fn mask(redactor: &Redactor, form: &str) -> String {
    let mut out = String::with_capacity(form.len());
    for pair in form.split_inclusive(['&', ';']) {
        let (pair, separator) = match pair.strip_suffix(['&', ';']) {
            Some(rest) => (rest, pair.get(rest.len()..).unwrap_or_default()),
            None => (pair, ""),
        };
        if let Some((name, value)) = pair.split_once('=') {
            let decoded = decode(value);
            let masks = is_sensitive(redactor, &decode(name))
                || redactor.json(&decoded) != decoded
                || redactor.json(value) != value;
            out.push_str(&redactor.shapes(name));
            out.push('=');
            out.push_str(if masks && !value.is_empty() { MASK } else { value });
        } else {
            let decoded = decode(pair);
            let masks = redactor.text(&decoded) != decoded || redactor.text(pair) != pair;
            out.push_str(if masks { MASK } else { pair });
        }
        out.push_str(separator);
    }
    out
}

/// A URL.
pub(super) fn mask_url(redactor: &Redactor, url: &str) -> String {
    let (rest, fragment) = match url.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (url, None),
    };
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let mut out = redactor.shapes(&without_password(path)).into_owned();
    if let Some(query) = query {
        out.push('?');
        out.push_str(&mask(redactor, query));
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(&mask(redactor, fragment));
    }
    out
}

/// The part of a URL before its query, with a password in it masked.
fn without_password(path: &str) -> String {
    let Some((scheme, rest)) = path.split_once("://") else { return path.to_owned() };
    let authority = rest.split('/').next().unwrap_or(rest);
    let Some((user, host)) = authority.rsplit_once('@') else { return path.to_owned() };
    let after = rest.get(authority.len()..).unwrap_or_default();
    match user.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:{MASK}@{host}{after}"),
        None => path.to_owned(),
    }
}

/// Whether a name, or a part of one such as `user[ssn]`, is sensitive.
fn is_sensitive(redactor: &Redactor, name: &str) -> bool {
    redactor.is_sensitive(name)
        || name.split(['[', ']', '.']).any(|part| !part.is_empty() && redactor.is_sensitive(part))
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}
