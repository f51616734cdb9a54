//! The guide: how to declare, call and test an API, a topic on each page.
//!
//! It exists in the documentation only, and costs no build anything.

/// Declares the pages, each of which is a file of `guide/`.
macro_rules! pages {
    ($($page:ident)*) => {$(
        #[doc = include_str!(concat!("../guide/", stringify!($page), ".md"))]
        pub mod $page {}
    )*};
}

pages! {
    declaring
    arguments
}
