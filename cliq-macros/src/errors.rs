//! Collects all that is wrong with a declaration, so that the user is told everything at once.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::problem::Problem;

/// All errors of one trait. It has to be read: one that is dropped with errors in it is a bug of ours, and says so.
#[derive(Default)]
pub(crate) struct Errors {
    found: Vec<syn::Error>,
}

impl Errors {
    /// Adds an error that underlines all of `at`. `method` is the method that it is about, if it is about one.
    pub(crate) fn push(&mut self, method: Option<&str>, at: impl ToTokens, problem: &Problem) {
        let words = problem.words();
        let scope = method.map(|name| format!("`{name}`: ")).unwrap_or_default();
        let message = format!("{scope}{}\nhelp: {}", words.what, words.help);
        self.found.push(syn::Error::new_spanned(at, message));
    }

    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// The errors as `compile_error!`s.
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        std::mem::take(&mut self.found).iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.found.is_empty(), "errors of a declaration were found and not told");
        }
    }
}
