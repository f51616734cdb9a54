//! How a token is announced.

/// How the token is announced in the `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AuthScheme {
    /// `Bearer`, as the Threads document shows it.
    #[default]
    Bearer,
    /// `Zoho-oauthtoken`, as older documents of Zoho show it.
    ZohoOauthtoken,
}

impl AuthScheme {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::ZohoOauthtoken => "Zoho-oauthtoken",
        }
    }
}
