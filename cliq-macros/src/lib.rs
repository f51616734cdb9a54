//! The macros of `cliq-api`: `#[endpoints]` on a trait, `#[endpoint]` on its methods.
//!
//! Their documentation, with examples, is in `cliq-api`, which re-exports them; this crate is not used by itself.
//!
//! The way of a declaration, which [`driver`] goes: [`parse`] reads what was written, [`check`] says what it means and tells all that is wrong with it,
//! [`expand`] writes the code. Only what was checked can be expanded. The strings inside are parsed in [`text`], as plain text.

mod check;
mod driver;
mod errors;
mod expand;
#[cfg(test)]
mod fuzzing;
mod model;
mod parse;
mod problem;
mod text;

/// Makes a trait of endpoints into methods of every client.
///
/// See the documentation of `cliq_api::endpoints`.
#[proc_macro_attribute]
pub fn endpoints(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    driver::endpoints(args.into(), item.into()).into()
}

/// Declares a method of an [`#[endpoints]`](macro@endpoints) trait as an endpoint.
///
/// See the documentation of `cliq_api::endpoints`.
#[proc_macro_attribute]
pub fn endpoint(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let _ = args;
    driver::stray_endpoint(item.into()).into()
}
