//! The grammar inside `#[dynacrypt(…)]`: names, some with a value, separated by commas. It knows no
//! attribute by name, and it never stops at the first mistake.

use proc_macro2::{Ident, Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, LitInt, LitStr, Meta, Path, Token, Type, token};

use crate::diag::Diag;

/// What an attribute said, and where.
#[derive(Clone)]
pub(crate) struct Given<T> {
    pub(crate) value: T,
    /// The attribute's name.
    pub(crate) span: Span,
    /// The value, where there is one.
    pub(crate) value_span: Span,
}

/// An attribute that is there or not.
pub(crate) type Flag = Option<Given<()>>;

/// A name as the user thinks of it: without `r#`.
pub(crate) fn text(name: &Ident) -> String {
    name.unraw().to_string()
}

/// Calls `take` at each name of `#[dynacrypt(name, name = value)]`. Where it fails, goes on behind
/// the next comma.
pub(super) fn each(
    attribute: &Attribute,
    diag: &Diag,
    mut take: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) {
    let list = match &attribute.meta {
        Meta::List(list) => list,
        other => {
            return diag
                .on(other, "expected a list: `#[dynacrypt(…)]`, such as `#[dynacrypt(skip)]`");
        }
    };
    let parsed = list.parse_args_with(|input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = one(input, &mut take) {
                diag.push(error);
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<TokenTree>()?;
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    });
    diag.ok(parsed);
}

fn one(
    input: ParseStream<'_>,
    take: &mut impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error("expected the name of an attribute"));
    }
    let name = input.call(Ident::parse_any)?;
    take(&name, input)?;
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(input.error(format_args!("expected `,` after `{}`", text(&name))))
}

/// Keeps what was said, unless it was said before.
pub(super) fn set<T>(slot: &mut Option<Given<T>>, given: Given<T>, name: &str) -> syn::Result<()> {
    if slot.is_some() {
        return Err(syn::Error::new(given.span, format!("duplicate attribute `{name}`")));
    }
    *slot = Some(given);
    Ok(())
}

/// A name that takes no value.
pub(super) fn flag(name: &Ident, input: ParseStream<'_>) -> syn::Result<Given<()>> {
    if input.peek(Token![=]) || input.peek(token::Paren) {
        let name = text(name);
        return Err(input.error(format!("`{name}` takes no value: write `#[dynacrypt({name})]`")));
    }
    Ok(Given { value: (), span: name.span(), value_span: name.span() })
}

/// `name = "text"`
pub(super) fn string(
    name: &Ident,
    input: ParseStream<'_>,
    example: &str,
) -> syn::Result<Given<String>> {
    let literal: LitStr = value(name, input, "a string", example)?;
    Ok(Given { value: literal.value(), span: name.span(), value_span: literal.span() })
}

/// `name = 16`
pub(super) fn number(
    name: &Ident,
    input: ParseStream<'_>,
    example: &str,
) -> syn::Result<Given<usize>> {
    let literal: LitInt = value(name, input, "a number", example)?;
    // What does not fit is out of any range that we ask for.
    let value = literal.base10_parse().unwrap_or(usize::MAX);
    Ok(Given { value, span: name.span(), value_span: literal.span() })
}

/// `name = some::path` or `name = "some::path"`
pub(super) fn path(
    name: &Ident,
    input: ParseStream<'_>,
    example: &str,
) -> syn::Result<Given<Path>> {
    let at = assigned(name, input, "a path", example)?;
    let path = if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        literal.parse_with(Path::parse_mod_style)
    } else if input.peek(Ident::peek_any) || input.peek(Token![::]) {
        input.parse()
    } else {
        Err(input.error("expected a path"))
    };
    let path = path.map_err(|_| expected(at, name, "a path", example))?;
    Ok(Given { value: path, span: name.span(), value_span: at })
}

/// `name = some::Type<Of>` or `name = "some::Type<Of>"`
pub(super) fn type_named(
    name: &Ident,
    input: ParseStream<'_>,
    example: &str,
) -> syn::Result<Given<Type>> {
    let at = assigned(name, input, "a type", example)?;
    let named = if input.peek(LitStr) {
        let literal: LitStr = input.parse()?;
        literal.parse()
    } else {
        input.parse()
    };
    let value = named.map_err(|_| expected(at, name, "a type", example))?;
    Ok(Given { value, span: name.span(), value_span: at })
}

fn value<T: Parse>(
    name: &Ident,
    input: ParseStream<'_>,
    what: &str,
    example: &str,
) -> syn::Result<T> {
    let at = assigned(name, input, what, example)?;
    input.parse().map_err(|_| expected(at, name, what, example))
}

/// Takes the `=`; gives the place of what follows.
fn assigned(name: &Ident, input: ParseStream<'_>, what: &str, example: &str) -> syn::Result<Span> {
    if !input.peek(Token![=]) {
        return Err(expected(name.span(), name, what, example));
    }
    let equals: Token![=] = input.parse()?;
    Ok(if input.is_empty() { equals.span } else { input.span() })
}

fn expected(at: Span, name: &Ident, what: &str, example: &str) -> syn::Error {
    syn::Error::new(at, format!("expected {what}: `{} = {example}`", text(name)))
}
