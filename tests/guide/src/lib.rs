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
    readme = "README.md";
    sandbox = "docs/sandbox.md";
    declaring = "cliq-api/guide/declaring.md";
    arguments = "cliq-api/guide/arguments.md";
    calling = "cliq-api/guide/calling.md";
    paging = "cliq-api/guide/paging.md";
    streams = "cliq-api/guide/streams.md";
    errors = "cliq-api/guide/errors.md";
    limits = "cliq-api/guide/limits.md";
    limit_settings = "cliq-api/guide/limit_settings.md";
    authentication = "cliq-api/guide/authentication.md";
    zoho_accounts = "cliq-api/guide/zoho_accounts.md";
    users = "cliq-api/guide/users.md";
    sharing = "cliq-api/guide/sharing.md";
    redis = "cliq-api/guide/redis.md";
    testing = "cliq-api/guide/testing.md";
    tracing = "cliq-api/guide/tracing.md";
    middleware = "cliq-api/guide/middleware.md";
    providers = "cliq-api/guide/providers.md";
    openapi = "cliq-api/guide/openapi.md";
    cli = "cliq-api/guide/cli.md";
}
