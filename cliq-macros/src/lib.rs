//! The macros of `cliq-api`: `#[endpoints]` on a trait, `#[endpoint]` on its methods.
//!
//! Their documentation, with examples, is in `cliq-api`, which re-exports them; this crate is not used by itself.
//!
//! The way of a declaration: [`parse`] reads what was written, [`check`] says what it means and tells all that is wrong with it,
//! [`expand`] writes the code. Only what was checked can be expanded. The strings inside are parsed in [`text`], as plain text.

mod check;
mod errors;
mod expand;
mod model;
mod parse;
mod problem;
mod text;

use proc_macro2::TokenStream;

use crate::check::Defaults;
use crate::errors::Errors;
use crate::problem::Problem;

/// Makes a trait of endpoints into methods of every client.
///
/// See the documentation of `cliq_api::endpoints`.
#[proc_macro_attribute]
pub fn endpoints(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand_endpoints(args.into(), item.into()).into()
}

/// Declares a method of an [`#[endpoints]`](macro@endpoints) trait as an endpoint.
///
/// See the documentation of `cliq_api::endpoints`.
#[proc_macro_attribute]
pub fn endpoint(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let _ = args;
    expand_stray_endpoint(item.into()).into()
}

/// The whole of `#[endpoints]`, on tokens that need no compiler.
fn expand_endpoints(args: TokenStream, item: TokenStream) -> TokenStream {
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
fn expand_stray_endpoint(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let method = syn::parse2::<syn::TraitItemFn>(item.clone()).map(|method| method.sig);
    let (at, problem) = match method.or_else(|_| syn::parse2::<syn::ItemFn>(item.clone()).map(|function| function.sig))
    {
        Ok(sig) => (quote::ToTokens::into_token_stream(sig), Problem::OutsideEndpoints),
        Err(_) => (item.clone(), Problem::NotAMethod),
    };
    errors.push(None, at, &problem);
    let rest = parse::without_ours(item);
    let errors = errors.into_tokens();
    quote::quote!(#rest #errors)
}
