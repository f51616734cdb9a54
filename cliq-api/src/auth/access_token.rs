//! An access token, and what is known of it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::{AuthError, ScopeSet};
use crate::auth::AuthScheme;

/// An access token, when it runs out, and what it may do, as far as that is known.
///
/// ```
/// use std::time::Duration;
/// use cliq_api::auth::{AccessToken, ScopeSet};
///
/// let token = AccessToken::new("1000.41d9").valid_for(Duration::from_secs(3600)).granting("ZohoCliq.Chats.READ");
/// assert_eq!(format!("{token:?}").contains("41d9"), false);
/// ```
#[derive(Clone)]
pub struct AccessToken {
    text: Arc<SecretString>,
    expires_at: Option<SystemTime>,
    scopes: Option<ScopeSet>,
}

impl AccessToken {
    /// One of which nothing else is known.
    pub fn new(text: impl Into<SecretString>) -> Self {
        Self {
            text: Arc::new(text.into()),
            expires_at: None,
            scopes: None,
        }
    }

    /// It runs out then.
    #[must_use]
    pub fn valid_until(self, time: SystemTime) -> Self {
        Self {
            expires_at: Some(time),
            ..self
        }
    }

    /// It runs out that long from now; never, where that is later than any time can be.
    #[must_use]
    pub fn valid_for(self, time: Duration) -> Self {
        Self {
            expires_at: SystemTime::now().checked_add(time),
            ..self
        }
    }

    /// It may do this. Calls that need more fail before they are sent.
    #[must_use]
    pub fn granting(self, scopes: impl Into<ScopeSet>) -> Self {
        Self {
            scopes: Some(scopes.into()),
            ..self
        }
    }

    /// When it runs out, where that is known.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// What it may do, where that is known.
    pub fn scopes(&self) -> Option<&ScopeSet> {
        self.scopes.as_ref()
    }

    /// The token itself. Mind where it goes.
    pub fn expose_secret(&self) -> &str {
        self.text.expose_secret()
    }

    /// As it goes into a request, marked as sensitive.
    pub(super) fn header(&self, scheme: AuthScheme) -> Result<HeaderValue, AuthError> {
        let token = self.expose_secret();
        // RFC 6750's characters, less strictly: a space or a line's end is what a copied token
        // brings along.
        if token.is_empty() || token.contains(|character: char| !character.is_ascii_graphic()) {
            return Err(AuthError::configuration(
                "the access token is empty, or holds a space, a line's end or another character that no token has",
            ));
        }
        let mut header = HeaderValue::try_from(format!("{} {token}", scheme.name()))
            .map_err(|_| AuthError::configuration("the access token can't go into a header"))?;
        header.set_sensitive(true);
        Ok(header)
    }
}

/// The token that a header was made from.
pub(super) fn of_header(header: &HeaderValue) -> &str {
    header
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .map_or("", |(_, token)| token)
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
