//! Who calls: how they are authorized, and where they are served.

use std::sync::Arc;

use super::session::Unbound;
use super::{AuthContext, AuthError, Authorizer, Credentials, Fingerprint};
use crate::user_key::UserKey;

/// A user of a client: how their calls are authorized, and where they are served, if not at the
/// client's base URL.
///
/// Every [`Authorizer`] and [`Credentials`] convert into one.
///
/// ```
/// use cliq_api::auth::{Bearer, Identity};
///
/// let sue = Identity::from(Bearer::new("…")).at("https://eu.tickets.example.com");
/// ```
#[derive(Debug, Clone)]
pub struct Identity {
    authorizer: Option<Arc<dyn Authorizer>>,
    base_url: Option<String>,
    is_loopback: bool,
}

impl Identity {
    /// Sends requests without authorization.
    pub fn none() -> Self {
        Self {
            authorizer: None,
            base_url: None,
            is_loopback: false,
        }
    }

    /// Sets where the user's calls go. A base URL that was set on the client's builder overrides
    /// it.
    #[must_use]
    pub fn at(self, base_url: impl Into<String>) -> Self {
        Self {
            base_url: Some(base_url.into()),
            ..self
        }
    }

    /// Returns where the user's calls go, if not where the client's do.
    pub fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    /// Whether its tokens come from a server on this machine, which may be reached over plain HTTP.
    pub(crate) fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// What authorizes the user's calls.
    pub(crate) fn bind(
        &self,
        context: &Arc<AuthContext>,
        user: Option<&UserKey>,
    ) -> Result<Option<Arc<dyn Authorizer>>, AuthError> {
        let Some(authorizer) = &self.authorizer else {
            return Ok(None);
        };
        let bound = authorizer.bind(context, user)?;
        Ok(Some(bound.unwrap_or_else(|| Arc::clone(authorizer))))
    }

    /// `None` where it can't be compared.
    pub(super) fn fingerprint(&self) -> Option<Fingerprint> {
        match &self.authorizer {
            Some(authorizer) => authorizer.fingerprint(),
            None => Some(Fingerprint::of([""])),
        }
    }
}

impl<A: Authorizer> From<A> for Identity {
    fn from(authorizer: A) -> Self {
        Self {
            authorizer: Some(Arc::new(authorizer)),
            ..Self::none()
        }
    }
}

/// At the base URL of the server that was set by [`Credentials::server`], if it has one.
impl From<Credentials> for Identity {
    fn from(credentials: Credentials) -> Self {
        Self {
            base_url: credentials.base_url().map(str::to_owned),
            is_loopback: credentials.is_loopback(),
            authorizer: Some(Arc::new(Unbound(credentials))),
        }
    }
}
