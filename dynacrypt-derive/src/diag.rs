//! Collects every error of a struct, so that all are reported at once. It never decides what is an
//! error, and it never loses one: a collector that is dropped unchecked fails the macro's own
//! tests.

use std::cell::RefCell;
use std::fmt::Display;
use std::thread;

use proc_macro2::Span;
use quote::ToTokens;

/// Errors in the order in which they were found. Must be [finished](Self::finish).
#[must_use]
pub(crate) struct Diag {
    // `None` once finished.
    errors: RefCell<Option<Vec<syn::Error>>>,
}

impl Diag {
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Some(Vec::new())) }
    }

    /// An error with the arrow on one token.
    pub(crate) fn at(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// An error with the arrow under all of these tokens.
    pub(crate) fn on(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    /// Takes the value of a parser that failed or not.
    pub(crate) fn ok<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Runs `look`, and says whether it found an error.
    pub(crate) fn watch<T>(&self, look: impl FnOnce() -> T) -> (T, bool) {
        let count = || self.errors.borrow().as_ref().map_or(0, Vec::len);
        let before = count();
        let value = look();
        (value, count() > before)
    }

    /// All errors as one, if there were any.
    pub(crate) fn finish(self) -> syn::Result<()> {
        let errors = self.errors.borrow_mut().take().unwrap_or_default();
        let combined = errors.into_iter().reduce(|mut all, error| {
            all.combine(error);
            all
        });
        combined.map_or(Ok(()), Err)
    }
}

impl Drop for Diag {
    fn drop(&mut self) {
        debug_assert!(
            thread::panicking() || self.errors.borrow().is_none(),
            "a collector of errors was dropped without a look at it"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_errors_come_out_in_order() {
        let diag = Diag::new();
        diag.at(Span::call_site(), "first");
        diag.on(quote::quote!(a b), "second");
        assert_eq!(diag.ok(Err::<(), _>(syn::Error::new(Span::call_site(), "third"))), None);

        let Err(errors) = diag.finish() else { panic!("three errors were found") };
        let messages: Vec<String> = errors.into_iter().map(|error| error.to_string()).collect();
        assert_eq!(messages, ["first", "second", "third"]);
    }

    #[test]
    fn no_errors_are_no_error() {
        assert!(Diag::new().finish().is_ok());
    }

    #[test]
    #[should_panic(expected = "without a look at it")]
    fn forgetting_to_finish_is_noticed() {
        drop(Diag::new());
    }
}
