//! What the authorizers of all users of a client share.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue};

use super::clock::Clock;
use super::ledger::Ledger;
use super::{AccessToken, AuthError, ScopeSet, TokenSettings};
use crate::transport::Transport;

/// How many different sets of scopes are kept once for all users.
const SHARED_SETS: usize = 256;

/// The header that announces a token, and its value.
type Announce = Box<dyn Fn(&str) -> (HeaderName, String) + Send + Sync>;

/// What the authorizers of all users of a client share: the transport, the clock, the settings for
/// tokens, and how the provider announces a token.
pub struct AuthContext {
    transport: Arc<dyn Transport>,
    announce: Announce,
    /// The one that `announce` names.
    header: HeaderName,
    pub(super) settings: TokenSettings,
    pub(super) clock: Clock,
    pub(super) ledger: Ledger,
    scope_sets: Mutex<HashSet<ScopeSet>>,
}

impl AuthContext {
    /// Returns a context over this transport. Tokens are announced as `Authorization: Bearer …`
    /// (RFC 6750).
    pub fn new(transport: Arc<dyn Transport>, settings: TokenSettings) -> Self {
        Self {
            transport,
            announce: Box::new(|token| (AUTHORIZATION, format!("Bearer {token}"))),
            header: AUTHORIZATION,
            settings,
            clock: Clock::system(),
            ledger: Ledger::default(),
            scope_sets: Mutex::default(),
        }
    }

    /// Sets how tokens are announced: by which header, which is the same for each token, and with
    /// which value.
    #[must_use]
    pub fn announced_by(
        self,
        announce: impl Fn(&str) -> (HeaderName, String) + Send + Sync + 'static,
    ) -> Self {
        Self {
            header: announce("token").0,
            announce: Box::new(announce),
            ..self
        }
    }

    #[cfg(test)]
    pub(super) fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Returns what sends requests to a token endpoint: outside of limits, retries and layers.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }

    /// Returns the header that announces tokens.
    pub fn header(&self) -> &HeaderName {
        &self.header
    }

    /// Returns the value of the header that announces this token, marked as sensitive.
    ///
    /// # Errors
    ///
    /// If the token is empty, or contains a character that no token has.
    pub fn announce(&self, token: &AccessToken) -> Result<HeaderValue, AuthError> {
        let token = token.expose_secret();
        // RFC 6750's characters, less strictly: a space or a line break comes with a copied token.
        if token.is_empty() || token.contains(|character: char| !character.is_ascii_graphic()) {
            return Err(AuthError::configuration(
                "the access token is empty, or contains a space, a line break or another character that no token has",
            ));
        }
        let mut header = HeaderValue::try_from((self.announce)(token).1)
            .map_err(|_| AuthError::configuration("the access token can't go into a header"))?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// Returns the time, as it counts for tokens: it never goes back, and notices that the machine
    /// slept.
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// The time for people and for other processes.
    pub(super) fn shared_now(&self) -> SystemTime {
        self.clock.shared()
    }

    /// The same set, kept once for all users that have it.
    pub(super) fn share(&self, scopes: &ScopeSet) -> ScopeSet {
        let mut sets = self
            .scope_sets
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = sets.get(scopes) {
            return shared.clone();
        }
        if sets.len() < SHARED_SETS {
            sets.insert(scopes.clone());
        }
        scopes.clone()
    }
}

impl fmt::Debug for AuthContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthContext")
            .field("header", &self.header)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
