//! How a client's access tokens are renewed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{RefreshTokenHook, TokenStore};

/// How a client's access tokens are renewed, and where they are stored.
///
/// The guide: [how tokens are refreshed](crate::guide::authentication#how-tokens-are-refreshed).
///
/// ```
/// use std::time::Duration;
/// use cliq_api::auth::TokenSettings;
///
/// let settings = TokenSettings::new()
///     .margin(Duration::from_secs(600))
///     .timeout(Duration::from_secs(10));
/// ```
#[derive(Clone)]
#[must_use]
pub struct TokenSettings {
    pub(super) margin: Duration,
    pub(super) timeout: Duration,
    pub(super) store: Option<Arc<dyn TokenStore>>,
    pub(super) hook: Option<Arc<dyn RefreshTokenHook>>,
}

impl TokenSettings {
    /// Returns the defaults: a margin of five minutes, 30 seconds for a renewal, and no store.
    pub fn new() -> Self {
        Self {
            margin: Duration::from_mins(5),
            timeout: Duration::from_secs(30),
            store: None,
            hook: None,
        }
    }

    /// Sets how long before its expiry a token is renewed. At most a quarter of its lifetime is
    /// used.
    pub fn margin(self, margin: Duration) -> Self {
        Self { margin, ..self }
    }

    /// Sets how long a renewal may take, with all its attempts; an hour at most. Calls wait for it
    /// up to their own deadlines.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self {
            timeout: timeout.min(Duration::from_hours(1)),
            ..self
        }
    }

    /// Sets where access tokens are stored, to share them with other clients or processes. Defaults
    /// to the client's own memory.
    pub fn store(self, store: impl TokenStore) -> Self {
        Self {
            store: Some(Arc::new(store)),
            ..self
        }
    }

    /// Sets what receives new refresh tokens. A server may answer a renewal with a refresh token
    /// that replaces the one it was made with (RFC 6749, section 6): a program that starts again
    /// with the old one has to sign its user in again.
    ///
    /// ```
    /// use cliq_api::UserKey;
    /// use cliq_api::auth::TokenSettings;
    /// use secrecy::SecretString;
    ///
    /// # async fn save(_: Option<UserKey>, _: SecretString) -> std::io::Result<()> { Ok(()) }
    /// let settings = TokenSettings::new().on_new_refresh_token(|user, refresh_token| async move {
    ///     save(user, refresh_token).await
    /// });
    /// ```
    pub fn on_new_refresh_token(self, hook: impl RefreshTokenHook) -> Self {
        Self {
            hook: Some(Arc::new(hook)),
            ..self
        }
    }
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TokenSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSettings")
            .field("margin", &self.margin)
            .field("timeout", &self.timeout)
            .field("has_store", &self.store.is_some())
            .field("has_hook", &self.hook.is_some())
            .finish()
    }
}
