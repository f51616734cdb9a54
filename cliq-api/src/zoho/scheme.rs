//! Schemes of the `Authorization` header.

use http::HeaderName;
use http::header::AUTHORIZATION;

/// The scheme of the `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AuthScheme {
    /// `Bearer`, as in the documentation of the Threads API.
    #[default]
    Bearer,
    /// `Zoho-oauthtoken`, as in Zoho's older documentation.
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
