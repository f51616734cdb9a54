//! OAuth 2.0 credentials: what access tokens come from.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::{
    AccessToken, AuthError, AuthErrorKind, Fingerprint, OAuthClient, OAuthServer, RenewalBudget,
    ScopeSet, TokenSource,
};

/// What a user's access tokens come from. They are announced as the provider announces them, which
/// is `Authorization: Bearer …` for most.
///
/// The guide: [authentication](crate::guide::authentication).
///
/// ```
/// use cliq_api::auth::{Credentials, OAuthClient};
///
/// let client = OAuthClient::new("https://auth.example.com/token", "ticket-bot", "…");
/// let sue = Credentials::refresh_token(&client, "8cb99598…").scopes("tickets.read");
/// let bot = Credentials::client_credentials(&client, "tickets.read");
/// let for_an_hour = Credentials::access_token("41d9");
/// ```
///
/// A user who is signed in with [`OAuth`](super::OAuth) gets them from
/// [`SignedIn::into_credentials`](super::SignedIn::into_credentials).
#[derive(Clone)]
pub struct Credentials {
    pub(super) kind: Kind,
    pub(super) scopes: Option<ScopeSet>,
    /// One that is at hand already.
    pub(super) first: Option<AccessToken>,
    server: Option<OAuthServer>,
}

#[derive(Clone)]
pub(super) enum Kind {
    AccessToken,
    Grant(Arc<Grant>),
    Source(Arc<dyn TokenSource>),
}

/// What a token endpoint gives access tokens for.
pub(super) struct Grant {
    pub(super) client: OAuthClient,
    pub(super) by: By,
}

pub(super) enum By {
    RefreshToken(SecretString),
    ClientCredentials(ScopeSet),
}

impl Credentials {
    /// Returns credentials of an access token, which work until it expires.
    pub fn access_token(token: impl Into<AccessToken>) -> Self {
        Self {
            first: Some(token.into()),
            ..Self::of(Kind::AccessToken)
        }
    }

    /// A user's refresh token (RFC 6749, section 6), which gives access tokens until it expires or
    /// is revoked. A server may replace it with each use: see
    /// [`TokenSettings::on_new_refresh_token`](super::TokenSettings::on_new_refresh_token).
    ///
    /// Use it for one [`UserKey`](crate::UserKey): two users with one refresh token renew
    /// independently.
    pub fn refresh_token(client: &OAuthClient, refresh_token: impl Into<SecretString>) -> Self {
        Self::of(Kind::Grant(Arc::new(Grant {
            client: client.clone(),
            by: By::RefreshToken(refresh_token.into()),
        })))
    }

    /// Returns credentials of the client itself (RFC 6749, section 4.4), without a user who
    /// consents.
    pub fn client_credentials(client: &OAuthClient, scopes: impl Into<ScopeSet>) -> Self {
        Self::of(Kind::Grant(Arc::new(Grant {
            client: client.clone(),
            by: By::ClientCredentials(scopes.into()),
        })))
    }

    /// Tokens from elsewhere.
    pub fn source(source: impl TokenSource) -> Self {
        Self::of(Kind::Source(Arc::new(source)))
    }

    /// Sets what these credentials may do, where that is known better than from the server's
    /// answers. A call that needs more fails before it is sent.
    #[must_use]
    pub fn scopes(self, scopes: impl Into<ScopeSet>) -> Self {
        Self {
            scopes: Some(scopes.into()),
            ..self
        }
    }

    /// Sets an access token that is at hand already, so that the first call needs no renewal.
    #[must_use]
    pub fn with_access_token(self, token: impl Into<AccessToken>) -> Self {
        Self {
            first: Some(token.into()),
            ..self
        }
    }

    /// Sets the server of the user's account, if that is not the one of the client, such as the one
    /// of another region. Calls go to its [`api_url`](OAuthServer::api_url), if it has one.
    #[must_use]
    pub fn server(self, server: impl Into<OAuthServer>) -> Self {
        Self {
            server: Some(server.into()),
            ..self
        }
    }

    /// Where the user's calls go, if that was set with a server.
    pub(super) fn base_url(&self) -> Option<&str> {
        self.server.as_ref().and_then(OAuthServer::own_api_url)
    }

    /// Whether tokens come from this machine.
    pub(super) fn is_loopback(&self) -> bool {
        self.renewing_server().is_some_and(OAuthServer::is_loopback)
    }

    /// Whether there can be another token when this one expires or is refused.
    pub(super) fn can_renew(&self) -> bool {
        matches!(self.kind, Kind::Grant(_) | Kind::Source(_))
    }

    /// Checks what can be checked without a request.
    pub(super) fn check(&self) -> Result<(), AuthError> {
        self.server
            .iter()
            .chain(self.renewing_server())
            .try_for_each(OAuthServer::check)
    }

    /// The server that gives access tokens for a grant.
    fn renewing_server(&self) -> Option<&OAuthServer> {
        match &self.kind {
            Kind::Grant(grant) => Some(self.server_of(grant)),
            Kind::AccessToken | Kind::Source(_) => None,
        }
    }

    pub(super) fn server_of<'c>(&'c self, grant: &'c Grant) -> &'c OAuthServer {
        self.server.as_ref().unwrap_or(grant.client.server())
    }

    /// What uses are counted for and tokens are shared under, and how many uses there may be.
    /// `None` for what can't be identified.
    pub(super) fn budget(&self) -> Option<(Fingerprint, RenewalBudget)> {
        match &self.kind {
            Kind::Grant(grant) => {
                let server = self.server_of(grant);
                Some((grant.fingerprint(server), server.budget()))
            }
            Kind::Source(source) => Some((source.fingerprint()?, source.budget())),
            Kind::AccessToken => None,
        }
    }

    pub(super) fn too_slow(&self, timeout: std::time::Duration) -> AuthError {
        match &self.kind {
            Kind::Grant(grant) => AuthError::new(
                AuthErrorKind::Unreachable,
                format!(
                    "{} gave no access token within {timeout:?}",
                    self.server_of(grant).host()
                ),
            ),
            _ => AuthError::new(
                AuthErrorKind::Source,
                format!("the program's token source returned none within {timeout:?}"),
            )
            .with_transient(true),
        }
    }

    pub(super) fn fingerprint(&self) -> Fingerprint {
        let (kind, what) = match &self.kind {
            Kind::AccessToken => {
                let token = self.first.as_ref().map(AccessToken::expose_secret);
                ("token", Fingerprint::of(token))
            }
            Kind::Grant(grant) => ("grant", grant.fingerprint(self.server_of(grant))),
            // Closures can't be compared. A program that makes one for each call means the same
            // one.
            Kind::Source(source) => {
                let source = source.fingerprint();
                ("source", source.unwrap_or_else(|| Fingerprint::of([""])))
            }
        };
        let scopes = self.scopes.as_ref().map(ToString::to_string);
        let parts = [kind.as_bytes(), what.as_ref()];
        Fingerprint::of(
            parts
                .into_iter()
                .chain(scopes.as_deref().map(str::as_bytes)),
        )
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            scopes: None,
            first: None,
            server: None,
        }
    }
}

impl Grant {
    /// Identifies it at this server.
    pub(super) fn fingerprint(&self, server: &OAuthServer) -> Fingerprint {
        let client_secret = self.client.secret().map(ExposeSecret::expose_secret);
        let (kind, secret, scopes) = match &self.by {
            By::RefreshToken(token) => ("refresh_token", token.expose_secret(), String::new()),
            By::ClientCredentials(scopes) => (
                "client_credentials",
                client_secret.unwrap_or_default(),
                scopes.to_string(),
            ),
        };
        Fingerprint::of([
            server.token_url(),
            self.client.client_id(),
            kind,
            secret,
            &scopes,
        ])
    }
}

/// Without any secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::AccessToken => "access token",
            Kind::Source(_) => "source",
            Kind::Grant(grant) => match grant.by {
                By::RefreshToken(_) => "refresh token",
                By::ClientCredentials(_) => "client credentials",
            },
        };
        f.debug_struct("Credentials")
            .field("kind", &kind)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
