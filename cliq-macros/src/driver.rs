//! The macros as functions of tokens, which need no compiler to run: tests and fuzzers call these.

use proc_macro2::TokenStream;

use crate::check::{self, Defaults};
use crate::errors::Errors;
use crate::problem::Problem;
use crate::{expand, parse};

/// The whole of `#[endpoints]`, on tokens that need no compiler.
pub(crate) fn endpoints(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let defaults = Defaults::read(args, &mut errors);
    let expansion = match parse::read(item.clone(), &mut errors) {
        Ok(raw) => expand::expand(&check::check(raw, defaults, &mut errors)),
        Err(_) => {
            errors.push(None, &item, &Problem::NotATrait);
            parse::without_ours(item)
        }
    };
    let errors = errors.into_tokens();
    quote::quote!(#expansion #errors)
}

/// `#[endpoint]` is read by `#[endpoints]`; where it is expanded by itself, that is missing.
pub(crate) fn stray_endpoint(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let method = syn::parse2::<syn::TraitItemFn>(item.clone()).map(|method| method.sig);
    let (at, problem) = match method
        .or_else(|_| syn::parse2::<syn::ItemFn>(item.clone()).map(|function| function.sig))
    {
        Ok(sig) => (
            quote::ToTokens::into_token_stream(sig),
            Problem::OutsideEndpoints,
        ),
        Err(_) => (item.clone(), Problem::NotAMethod),
    };
    errors.push(None, at, &problem);
    let rest = parse::without_ours(item);
    let errors = errors.into_tokens();
    quote::quote!(#rest #errors)
}
