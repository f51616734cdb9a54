//! An access token, with its expiry and scopes.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};

use super::ScopeSet;

/// An access token, with its expiry and its scopes where they are known.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::auth::{AccessToken, ScopeSet};
///
/// let token = AccessToken::new("41d9")
///     .valid_for(Duration::from_secs(3600))
///     .with_scopes("tickets.read");
/// assert_eq!(format!("{token:?}").contains("41d9"), false);
/// ```
#[derive(Clone)]
pub struct AccessToken {
    text: Arc<SecretString>,
    expires_at: Option<SystemTime>,
    scopes: Option<ScopeSet>,
}

impl AccessToken {
    /// Returns a token with neither an expiry nor scopes.
    pub fn new(text: impl Into<SecretString>) -> Self {
        Self {
            text: Arc::new(text.into()),
            expires_at: None,
            scopes: None,
        }
    }

    /// Sets when it expires.
    #[must_use]
    pub fn valid_until(self, time: SystemTime) -> Self {
        Self {
            expires_at: Some(time),
            ..self
        }
    }

    /// Sets how long it is valid from now. A time beyond what the clock can represent means that it
    /// doesn't expire.
    #[must_use]
    pub fn valid_for(self, time: Duration) -> Self {
        Self {
            expires_at: SystemTime::now().checked_add(time),
            ..self
        }
    }

    /// Sets its scopes. Calls that need more fail before they are sent.
    #[must_use]
    pub fn with_scopes(self, scopes: impl Into<ScopeSet>) -> Self {
        Self {
            scopes: Some(scopes.into()),
            ..self
        }
    }

    /// Returns when it expires, where that is known.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Returns its scopes, where they are known.
    pub fn scopes(&self) -> Option<&ScopeSet> {
        self.scopes.as_ref()
    }

    /// Returns the token itself.
    pub fn expose_secret(&self) -> &str {
        self.text.expose_secret()
    }
}

impl From<&str> for AccessToken {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for AccessToken {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<SecretString> for AccessToken {
    fn from(text: SecretString) -> Self {
        Self::new(text)
    }
}

/// Without the token.
impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_at", &self.expires_at)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
