//! The guide: how to declare, call and test an API, a topic on each page.
//!
//! Start with [declaring] and [calling], or with the page of the topic that brought you here. The
//! documentation of items has the details; each page links to its items.
//!
//! | to … | read |
//! |---|---|
//! | declare endpoints | [declaring], [arguments], [paging], [streams] |
//! | call them | [calling], [errors], [decoding], [faults] |
//! | keep rate limits | [limits], [limit_settings], [sharing], [redis] |
//! | sign in | [authentication], [users], [zoho_accounts] |
//! | test and observe a program | [testing], [tracing] |
//! | use another API | [providers], [middleware], [openapi] |
//! | call it without Rust | [cli], [mcp] |
//!
//! Pages name the features that their examples need. The guide exists in the documentation only,
//! and costs a build nothing.

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
    calling
    paging
    streams
    errors
    decoding
    faults
    limit_settings
    authentication
    zoho_accounts
    users
    sharing
    redis
    testing
    tracing
    middleware
    providers
    openapi
    cli
    mcp
}

#[doc = include_str!("../guide/limits.md")]
#[doc = include_str!("../guide/worst-window.svg")]
pub mod limits {}
