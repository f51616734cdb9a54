//! Error responses of the accounts server.

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    InvalidClient,
    InvalidClientSecret,
    InvalidRedirectUri,
    InvalidResponseType,
    InvalidScope,
    /// A code or a refresh token that doesn't exist, or belongs to another app or data center.
    InvalidCode,
    UnsupportedGrantType,
    TooManyRefreshes,
    /// The user refused.
    AccessDenied,
    AuthorizationPending,
    SlowDown,
    /// The user belongs to this other data center.
    OtherCenter(String),
    /// The user didn't decide in time.
    Expired,
}

impl Refused {
    /// Returns the error code.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::InvalidClient => "invalid_client",
            Self::InvalidClientSecret => "invalid_client_secret",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidResponseType => "invalid_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidCode => "invalid_code",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::TooManyRefreshes => "Access Denied",
            Self::AccessDenied => "access_denied",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::OtherCenter(_) => "other_dc",
            Self::Expired => "expired",
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let mut body = json!({ "error": self.code() });
        match self {
            // Zoho's literal text, which clients may depend on.
            Self::TooManyRefreshes => {
                body["error_description"] =
                    "You have made too many requests continuously. Please try again after some time.".into();
                body["status"] = "failure".into();
            }
            Self::OtherCenter(location) => body["user_location"] = location.as_str().into(),
            _ => {}
        }
        body
    }
}
