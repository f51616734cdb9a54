//! A program, as an authorization server knows it.

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use super::server::OAuthServer;

/// A program that is registered at an authorization server (RFC 6749, section 2). Cloning it is
/// cheap.
///
/// ```
/// use cliq_api::auth::OAuthClient;
///
/// let service = OAuthClient::new("https://auth.example.com/token", "ticket-bot", "…");
/// // A program on users' machines can't keep a secret.
/// let desktop = OAuthClient::public("https://auth.example.com/token", "ticket-desk");
/// ```
#[derive(Clone)]
pub struct OAuthClient(Arc<Inner>);

struct Inner {
    server: OAuthServer,
    id: String,
    secret: Option<SecretString>,
}

impl OAuthClient {
    /// Returns a client with a secret: a confidential client.
    pub fn new(
        server: impl Into<OAuthServer>,
        id: impl Into<String>,
        secret: impl Into<SecretString>,
    ) -> Self {
        Self::of(server.into(), id.into(), Some(secret.into()))
    }

    /// Returns a client without a secret: a public client, which signs users in with PKCE or as a
    /// device.
    pub fn public(server: impl Into<OAuthServer>, id: impl Into<String>) -> Self {
        Self::of(server.into(), id.into(), None)
    }

    /// Returns the server that it is registered at.
    pub fn server(&self) -> &OAuthServer {
        &self.0.server
    }

    /// Returns its id, which is not a secret.
    pub fn client_id(&self) -> &str {
        &self.0.id
    }

    pub(in crate::auth) fn secret(&self) -> Option<&SecretString> {
        self.0.secret.as_ref()
    }

    fn of(server: OAuthServer, id: String, secret: Option<SecretString>) -> Self {
        Self(Arc::new(Inner { server, id, secret }))
    }
}

/// Without the secret.
impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient")
            .field("client_id", &self.client_id())
            .field("server", &self.0.server)
            .finish_non_exhaustive()
    }
}
