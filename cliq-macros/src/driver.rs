//! The macros as functions of tokens, which need no compiler to run: tests and fuzzers call these.

use proc_macro2::TokenStream;

use crate::errors::Errors;
use crate::problem::Problem;
use crate::{check, expand, parse};

/// The whole of `#[endpoints]`, on tokens that need no compiler.
pub(crate) fn endpoints(args: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let expansion = match parse::read(args, &item, &errors) {
        Some(written) => expand::expand(&check::check(written)),
        None => parse::without_ours(item),
    };
    let errors = errors.into_tokens();
    quote::quote!(#expansion #errors)
}

/// `#[endpoint]` is read by `#[endpoints]`; if it is expanded on its own, that is missing.
pub(crate) fn stray_endpoint(item: TokenStream) -> TokenStream {
    let errors = Errors::default();
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
    errors.of_trait().push(at, &problem);
    let rest = parse::without_ours(item);
    let errors = errors.into_tokens();
    quote::quote!(#rest #errors)
}
