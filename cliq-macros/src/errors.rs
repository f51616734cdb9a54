//! Collects everything that is wrong with a declaration, so that the user sees all of it at once.
//!
//! Errors nest as the syntax does: a trait has members, a member has parts (an attribute, an
//! argument). Whoever reads a part asks its own [`Sink`] whether it failed, so that what follows
//! from an error is left out where the error arose, whatever was found elsewhere.

use std::cell::{Cell, RefCell};

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::problem::Problem;

/// All errors of one trait. Must be turned into tokens: dropping it with unread errors is a bug.
#[derive(Default)]
pub(crate) struct Errors {
    scopes: RefCell<Vec<Scope>>,
    found: RefCell<Vec<Found>>,
    members: Cell<usize>,
}

struct Scope {
    parent: Option<usize>,
    /// Position of the member it belongs to; 0 is the trait itself.
    member: usize,
    /// Named in front of each message.
    method: Option<String>,
    failed: bool,
    closed: bool,
}

struct Found {
    member: usize,
    error: syn::Error,
}

impl Errors {
    /// The scope of the trait itself.
    pub(crate) fn of_trait(&self) -> Sink<'_> {
        self.scope(None, 0)
    }

    /// The scope of the next member of the trait.
    pub(crate) fn of_member(&self) -> Sink<'_> {
        self.members.set(self.members.get() + 1);
        self.scope(None, self.members.get())
    }

    fn scope(&self, parent: Option<usize>, member: usize) -> Sink<'_> {
        let mut scopes = self.scopes.borrow_mut();
        scopes.push(Scope {
            parent,
            member,
            method: None,
            failed: false,
            closed: false,
        });
        Sink {
            errors: self,
            scope: scopes.len() - 1,
        }
    }

    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        let mut found = std::mem::take(&mut *self.found.borrow_mut());
        found.sort_by_key(|found| found.member);
        found.iter().map(|found| found.error.to_string()).collect()
    }

    /// The errors as `compile_error!`s, member by member.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let mut found = std::mem::take(&mut *self.found.borrow_mut());
        found.sort_by_key(|found| found.member);
        found
            .iter()
            .map(|found| found.error.to_compile_error())
            .collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(
                self.found.borrow().is_empty(),
                "errors were collected and not reported"
            );
        }
    }
}

/// Takes the errors of one scope.
#[derive(Clone, Copy)]
pub(crate) struct Sink<'e> {
    errors: &'e Errors,
    scope: usize,
}

impl Sink<'_> {
    /// A scope inside this one. Its failure is this one's, too.
    pub(crate) fn part(self) -> Self {
        let member = self.errors.scopes.borrow()[self.scope].member;
        self.errors.scope(Some(self.scope), member)
    }

    /// Messages of this scope name `method` from here on.
    pub(crate) fn name(self, method: &syn::Ident) {
        self.errors.scopes.borrow_mut()[self.scope].method = Some(method.to_string());
    }

    /// Reports an error that underlines all of `at`.
    pub(crate) fn push(self, at: impl ToTokens, problem: &Problem) {
        let chain = |scopes: &[Scope]| -> Vec<usize> {
            std::iter::successors(Some(self.scope), |scope| scopes[*scope].parent).collect()
        };
        let mut scopes = self.errors.scopes.borrow_mut();
        let chain = chain(&scopes);
        if chain.iter().any(|scope| scopes[*scope].closed) {
            return;
        }
        let words = problem.words();
        let method = chain
            .iter()
            .find_map(|scope| scopes[*scope].method.as_ref())
            .map(|name| format!("`{name}`: "))
            .unwrap_or_default();
        let message = format!("{method}{}\nhelp: {}", words.what, words.help);
        self.errors.found.borrow_mut().push(Found {
            member: scopes[self.scope].member,
            error: syn::Error::new_spanned(at, message),
        });
        for scope in chain {
            scopes[scope].failed = true;
        }
    }

    /// Reports the last error of this scope: whatever else is found in it is a consequence.
    pub(crate) fn push_last(self, at: impl ToTokens, problem: &Problem) {
        self.push(at, problem);
        self.close();
    }

    /// Drops whatever is found in this scope from here on: an error outside of it is the cause.
    pub(crate) fn close(self) {
        self.errors.scopes.borrow_mut()[self.scope].closed = true;
    }

    /// Whether there was an error in this scope or inside it.
    pub(crate) fn failed(self) -> bool {
        self.errors.scopes.borrow()[self.scope].failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> TokenStream {
        quote::quote!(x)
    }

    #[test]
    fn failure_spreads_outwards_and_not_sideways() {
        let errors = Errors::default();
        let member = errors.of_member();
        let (one, other) = (member.part(), member.part());
        one.part().push(at(), &Problem::TwoBodies);
        assert!(one.failed() && member.failed());
        assert!(!other.failed() && !errors.of_trait().failed());
        assert_eq!(errors.messages().len(), 1);
    }

    #[test]
    fn a_closed_scope_takes_no_consequences() {
        let errors = Errors::default();
        let member = errors.of_member();
        let part = member.part();
        part.push_last(at(), &Problem::NoSelf);
        part.part().push(at(), &Problem::TwoBodies);
        member.push(at(), &Problem::AsyncMethod);
        assert_eq!(errors.messages().len(), 2);
    }

    #[test]
    fn errors_come_member_by_member_and_name_their_method() {
        let errors = Errors::default();
        let (first, second) = (errors.of_member(), errors.of_member());
        second.name(&quote::format_ident!("b"));
        second.part().push(at(), &Problem::NoSelf);
        first.name(&quote::format_ident!("a"));
        first.push(at(), &Problem::NoSelf);
        errors.of_trait().push(at(), &Problem::TraitAuto);
        let messages = errors.messages();
        assert!(messages[0].starts_with("traits"), "{messages:?}");
        assert!(messages[1].starts_with("`a`: "), "{messages:?}");
        assert!(messages[2].starts_with("`b`: "), "{messages:?}");
    }
}
