//! The macros of `cliq-api`: `#[endpoints]` on a trait, `#[endpoint]` on its methods.
//!
//! Their documentation, with examples, is in `cliq-api`, which re-exports them; this crate is not
//! for direct use.
//!
//! Pipeline, in `driver`: `parse` → `check` → `expand`. `parse` reads what was written into a typed
//! grammar, `check` finds out what it means and reports all that is wrong with it, `expand` writes
//! the code. Only what was checked can be expanded. The strings inside are parsed in `text`, as
//! plain text; all messages are in `problem`.

mod attrs;
mod check;
mod driver;
mod errors;
mod expand;
#[cfg(test)]
mod fuzzing;
mod parse;
mod problem;
#[cfg(test)]
mod snapshots;
mod text;
mod types;

#[expect(missing_docs, reason = "documented where it is exported")]
#[proc_macro_attribute]
pub fn endpoints(
    args: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    driver::endpoints(args.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented where it is exported")]
#[proc_macro_attribute]
pub fn endpoint(
    args: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    let _ = args;
    driver::stray_endpoint(item.into()).into()
}
