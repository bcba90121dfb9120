//! Where generated code finds the facade: `::dynacrypt`, or what `#[dynacrypt(crate = …)]` says. It
//! never reads a manifest: guessing the dependency's name from there goes wrong in workspaces,
//! doctests and examples.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Path;

/// The hidden module that generated code names, and nothing else.
pub(crate) struct Private {
    path: TokenStream,
    /// Begins with `::`.
    absolute: bool,
}

impl Private {
    pub(crate) fn of(given: Option<&Path>) -> Self {
        given.map_or_else(
            || Self { path: quote!(::dynacrypt::__private), absolute: true },
            |path| Self { path: quote!(#path::__private), absolute: path.leading_colon.is_some() },
        )
    }

    /// The same path, as if it were written at this place in the user's source: rustc then shows
    /// that place, and not the derive.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        if !self.absolute {
            // `unused_qualifications` takes it for the user's, and may know a shorter one.
            return self.path.clone();
        }
        let respan = |mut token: TokenTree| {
            token.set_span(span);
            token
        };
        self.path.clone().into_iter().map(respan).collect()
    }
}

impl ToTokens for Private {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.path.to_tokens(tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_unless_told_otherwise() {
        assert_eq!(Private::of(None).to_token_stream().to_string(), ":: dynacrypt :: __private");
        let renamed: Path = syn::parse_quote!(crate::vendor::dc);
        assert_eq!(
            Private::of(Some(&renamed)).to_token_stream().to_string(),
            "crate :: vendor :: dc :: __private"
        );
    }
}
