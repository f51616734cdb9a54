//! Collects all that is wrong with a declaration, so that the user is told everything at once.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::problem::Problem;

/// All errors of one trait. It has to be read: one that is dropped with errors in it is a bug of
/// ours, and says so.
#[derive(Default)]
pub(crate) struct Errors {
    /// With the place of the member that each is about.
    found: Vec<(usize, syn::Error)>,
    place: usize,
}

impl Errors {
    /// Adds an error that underlines all of `at`. `method` is the method that it is about, if it is
    /// about one.
    pub(crate) fn push(&mut self, method: Option<&str>, at: impl ToTokens, problem: &Problem) {
        let words = problem.words();
        let scope = method.map(|name| format!("`{name}`: ")).unwrap_or_default();
        let message = format!("{scope}{}\nhelp: {}", words.what, words.help);
        self.found
            .push((self.place, syn::Error::new_spanned(at, message)));
    }

    /// Says which member of the trait the errors to come are about; 0 is the trait itself.
    pub(crate) fn enter(&mut self, place: usize) {
        self.place = place;
    }

    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// Forgets all but the first `count`: the others come of one of these.
    pub(crate) fn forget(&mut self, count: usize) {
        self.found.truncate(count);
    }

    /// The errors as `compile_error!`s, member by member.
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_key(|(place, _)| *place);
        found
            .iter()
            .map(|(_, error)| error.to_compile_error())
            .collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(
                self.found.is_empty(),
                "errors of a declaration were found and not told"
            );
        }
    }
}
