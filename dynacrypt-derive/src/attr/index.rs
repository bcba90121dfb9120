//! `index(by_status, partition_key = status, sort_key = placed_at, local, project(total), name = "…")`
//! on the struct. It never asks whether the fields exist or what they hold.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Token, parenthesized, token};

use super::meta::{Flag, Given, flag, set, string, text};
use super::suggest::{IN_INDEX, unknown_among};

/// What was said of one index.
pub(crate) struct IndexAttrs {
    /// What its handle is called.
    pub(crate) ident: Ident,
    pub(crate) partition_key: Option<Given<Ident>>,
    pub(crate) sort_key: Option<Given<Ident>>,
    pub(crate) local: Flag,
    pub(crate) project: Option<Given<Project>>,
    pub(crate) name: Option<Given<String>>,
}

/// What an index holds beside its key and the table's.
#[derive(Clone)]
pub(crate) enum Project {
    All,
    Keys,
    Fields(Vec<Ident>),
}

const EXAMPLE: &str = "index(by_status, partition_key = status, sort_key = placed_at)";

impl IndexAttrs {
    /// Gives what it understood beside what it did not.
    pub(super) fn parse(
        word: &Ident,
        input: ParseStream<'_>,
    ) -> syn::Result<(Self, syn::Result<()>)> {
        let expected =
            |at: Span| syn::Error::new(at, format!("expected a name and a key: `{EXAMPLE}`"));
        if !input.peek(token::Paren) {
            return Err(expected(word.span()));
        }
        let inside;
        parenthesized!(inside in input);
        let named = inside.peek(Ident::peek_any) && !inside.peek2(Token![=]);
        if !named {
            inside.parse::<proc_macro2::TokenStream>()?;
            return Err(expected(word.span()));
        }
        let mut index = Self {
            ident: inside.call(Ident::parse_any)?,
            partition_key: None,
            sort_key: None,
            local: None,
            project: None,
            name: None,
        };
        let settings = index.settings(&inside);
        // What is left would be reported in place of the mistake.
        inside.parse::<proc_macro2::TokenStream>()?;
        Ok((index, settings))
    }

    fn settings(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let name = input.call(Ident::parse_any)?;
            let word = text(&name);
            match word.as_str() {
                "partition_key" => {
                    set(&mut self.partition_key, field(&name, input, "status")?, &word)?;
                }
                "sort_key" => set(&mut self.sort_key, field(&name, input, "placed_at")?, &word)?,
                "local" => set(&mut self.local, flag(&name, input)?, &word)?,
                "project" => set(&mut self.project, project(&name, input)?, &word)?,
                "name" => set(&mut self.name, string(&name, input, "\"by-status\"")?, &word)?,
                _ => return Err(unknown_among(&name, &IN_INDEX, "in `index(…)`")),
            }
        }
        Ok(())
    }
}

/// `name = field`
fn field(name: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<Given<Ident>> {
    let word = text(name);
    let expected =
        |at| syn::Error::new(at, format!("expected the name of a field: `{word} = {example}`"));
    if !input.peek(Token![=]) {
        return Err(expected(name.span()));
    }
    let equals: Token![=] = input.parse()?;
    let at = if input.is_empty() { equals.span } else { input.span() };
    let value = input.call(Ident::parse_any).map_err(|_| expected(at))?;
    Ok(Given { value_span: value.span(), value, span: name.span() })
}

/// `project = all`, `project = keys`, `project(field, field)`
fn project(name: &Ident, input: ParseStream<'_>) -> syn::Result<Given<Project>> {
    let expected = |at| {
        syn::Error::new(at, "expected `project = all`, `project = keys` or `project(field, …)`")
    };
    let at = name.span();
    if input.peek(token::Paren) {
        let inside;
        parenthesized!(inside in input);
        let fields = inside
            .parse_terminated(Ident::parse_any, Token![,])
            .map_err(|_| expected(at))?
            .into_iter()
            .collect();
        return Ok(Given { value: Project::Fields(fields), span: at, value_span: at });
    }
    if !input.peek(Token![=]) {
        return Err(expected(at));
    }
    input.parse::<Token![=]>()?;
    let given = input.call(Ident::parse_any).map_err(|_| expected(at))?;
    let value = match text(&given).as_str() {
        "all" => Project::All,
        "keys" => Project::Keys,
        _ => return Err(expected(given.span())),
    };
    Ok(Given { value, span: at, value_span: given.span() })
}
