//! The macros as a library: a crate of procedural macros can't export anything else, so its modules
//! are included here.
//!
//! `cargo +nightly fuzz run path` and `cargo +nightly fuzz run expansion`, here or at the root of
//! the repository.

#![allow(dead_code, reason = "what only the macros' entry points use")]

// Only a crate of procedural macros has it on its own.
extern crate proc_macro;

#[path = "../cliq-macros/src/attrs.rs"]
mod attrs;
#[path = "../cliq-macros/src/check/mod.rs"]
mod check;
#[path = "../cliq-macros/src/driver.rs"]
mod driver;
#[path = "../cliq-macros/src/errors.rs"]
mod errors;
#[path = "../cliq-macros/src/expand/mod.rs"]
mod expand;
#[path = "../cliq-macros/src/fuzzing.rs"]
mod fuzzing;
#[path = "../cliq-macros/src/parse/mod.rs"]
mod parse;
#[path = "../cliq-macros/src/problem/mod.rs"]
mod problem;
#[path = "../cliq-macros/src/text/mod.rs"]
mod text;
#[path = "../cliq-macros/src/types.rs"]
mod types;

/// Fuzzes the parsers of paths, limits, times and scopes inside strings.
pub fn path(input: &str) {
    fuzzing::run_text(input);
}

/// Fuzzes the whole expansion: with the bytes as source code, and with a declaration that the bytes
/// mutate.
pub fn expansion(bytes: &[u8]) {
    if let Ok(tokens) = std::str::from_utf8(bytes).map(str::parse::<proc_macro2::TokenStream>)
        && let Ok(tokens) = tokens
    {
        let shaped = |tokens: proc_macro2::TokenStream| quote::quote!(trait T { #tokens });
        fuzzing::run(
            tokens.clone(),
            shaped(quote::quote!(
                #[endpoint(#tokens)]
                fn f(&self);
            )),
        );
        fuzzing::run(proc_macro2::TokenStream::new(), shaped(tokens.clone()));
        fuzzing::run(proc_macro2::TokenStream::new(), tokens);
    }
    if let Some((args, item)) = fuzzing::mutated(bytes) {
        fuzzing::run(args, item);
    }
}
