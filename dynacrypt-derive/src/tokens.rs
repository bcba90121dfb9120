//! Looks through the tokens of a type: which parameters it mentions, whether it borrows. It never
//! resolves a name, so an alias looks like any other type to it.

use proc_macro2::{Group, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::attr::meta::text;

/// Whether one of these names occurs as a name of its own or at the beginning of a path (`T`,
/// `T::Item`, but not `m::T`).
pub(crate) fn mentions(tokens: impl ToTokens, names: &[impl AsRef<str>]) -> bool {
    stream_mentions(tokens.to_token_stream(), names)
}

fn stream_mentions(tokens: TokenStream, names: &[impl AsRef<str>]) -> bool {
    // Colons right before the current token.
    let mut colons = 0;
    tokens.into_iter().any(|token| {
        let after_path = colons >= 2;
        colons = match &token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons + 1,
            _ => 0,
        };
        match token {
            TokenTree::Ident(ident) => {
                let ident = text(&ident);
                !after_path && names.iter().any(|name| name.as_ref() == ident)
            }
            TokenTree::Group(group) => stream_mentions(group.stream(), names),
            _ => false,
        }
    })
}

/// The type with another in the place of `Self`, for where `Self` is something else.
pub(crate) fn without_self(ty: impl ToTokens, this: &TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = ty.to_token_stream().into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let begins_path = matches!(
                    tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':'
                );
                out.extend(if begins_path { quote!(<#this>) } else { this.clone() });
            }
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), without_self(group.stream(), this));
                inside.set_span(group.span());
                out.extend([TokenTree::Group(inside)]);
            }
            other => out.extend([other]),
        }
    }
    out
}

/// Whether the type holds a reference, or one of these lifetimes (given without the `'`).
pub(crate) fn borrows(tokens: impl ToTokens, lifetimes: &[String]) -> bool {
    stream_borrows(tokens.to_token_stream(), lifetimes, true)
}

fn stream_borrows(tokens: TokenStream, lifetimes: &[String], first: bool) -> bool {
    let mut after_ampersand = false;
    let mut after_quote = false;
    let mut leading = first;
    tokens.into_iter().any(|token| {
        let (was_ampersand, was_quote, was_leading) = (after_ampersand, after_quote, leading);
        (after_ampersand, after_quote, leading) = (false, false, false);
        match token {
            TokenTree::Punct(punct) => {
                after_ampersand = punct.as_char() == '&';
                after_quote = punct.as_char() == '\'' && punct.spacing() == Spacing::Joint;
                // `& 'a T` anywhere is a reference; `&T` is one only where a type begins, else it
                // is arithmetic in an array's length.
                (was_ampersand && after_quote) || (was_leading && after_ampersand)
            }
            TokenTree::Ident(ident) => was_quote && lifetimes.contains(&text(&ident)),
            TokenTree::Group(group) => stream_borrows(group.stream(), lifetimes, was_leading),
            TokenTree::Literal(_) => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn parameters_are_found_wherever_they_stand() {
        for with in
            [quote!(T), quote!(Vec<Option<T>>), quote!(T::Item), quote!([T; 4]), quote!((u8, r#T))]
        {
            assert!(mentions(&with, &["T"]), "{with}");
        }
        for without in [quote!(String), quote!(m::T), quote!(Vec<m::T>), quote!(TT)] {
            assert!(!mentions(&without, &["T"]), "{without}");
        }
    }

    #[test]
    fn self_is_replaced_wherever_it_stands() {
        let this = quote!(Order<T>);
        for (ty, expected) in [
            (quote!(Option<Box<Self>>), quote!(Option<Box<Order<T>>>)),
            (quote!([u8; Self::LEN]), quote!([u8; <Order<T>>::LEN])),
            (quote!((Selfish, u8)), quote!((Selfish, u8))),
        ] {
            // How `>>` is spaced depends on where it was joined.
            let text = |tokens: TokenStream| tokens.to_string().replace(' ', "");
            assert_eq!(text(without_self(ty, &this)), text(expected));
        }
    }

    #[test]
    fn references_and_lifetimes_are_found_and_arithmetic_is_not() {
        let a = ["a".to_owned()];
        for with in
            [quote!(&'a str), quote!(&str), quote!(Cow<'a, str>), quote!(Option<&'static str>)]
        {
            assert!(borrows(&with, &a), "{with}");
        }
        for without in [quote!(String), quote!(Cow<'static, str>), quote!([u8; A & B])] {
            assert!(!borrows(&without, &a), "{without}");
        }
    }
}
