//! The code of the README, of the guide and of `docs/`, as doctests: `cargo test -p
//! cliq-tests-guide`.
//!
//! `tests/pages.rs` finds a page that is missing here.

/// Makes a page's code blocks doctests.
macro_rules! pages {
    ($($page:ident = $file:literal;)*) => {$(
        #[cfg(doctest)]
        #[doc = include_str!(concat!("../../../", $file))]
        mod $page {}
    )*};
}

pages! {
    declaring = "cliq-api/guide/declaring.md";
    arguments = "cliq-api/guide/arguments.md";
}
