//! How a token is announced.

use http::HeaderName;
use http::header::AUTHORIZATION;

/// How the token is announced in the `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AuthScheme {
    /// `Bearer`, as in the Threads document.
    #[default]
    Bearer,
    /// `Zoho-oauthtoken`, as in Zoho's older documents.
    ZohoOauthtoken,
}

impl AuthScheme {
    pub(crate) fn announce(self, token: &str) -> (HeaderName, String) {
        let name = match self {
            Self::Bearer => "Bearer",
            Self::ZohoOauthtoken => "Zoho-oauthtoken",
        };
        (AUTHORIZATION, format!("{name} {token}"))
    }
}
