//! An authorization server: its endpoints, and what it does differently from the standards.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;

use super::dialect::{Dialect, OAuthRequest, Standard};
use crate::auth::{AuthError, RenewalBudget};
use crate::request::{is_loopback, normalized};

/// An OAuth 2.0 authorization server: the URLs of its endpoints, how a client authenticates there,
/// and its [dialect](Dialect). Cloning it is cheap.
///
/// Only the token URL is always needed; the others are for the flows that use them.
///
/// ```
/// use cliq_api::auth::{ClientAuthentication, OAuthRequest, OAuthServer};
///
/// let server = OAuthServer::new("https://auth.example.com/oauth/token")
///     .authorization_url("https://auth.example.com/oauth/authorize")
///     .revocation_url("https://auth.example.com/oauth/revoke")
///     .client_authentication(ClientAuthentication::Basic)
///     .parameter(OAuthRequest::Authorization, "audience", "https://tickets.example.com");
/// ```
///
/// URLs have to be `https`, but for servers on this machine (RFC 6749, section 3.1.2.1). One that
/// can't be used is an error when a client is built, or an [`OAuth`](super::OAuth).
#[derive(Clone)]
pub struct OAuthServer(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    token_url: String,
    issuer: Option<String>,
    authorization_url: Option<String>,
    device_authorization_url: Option<String>,
    device_token_url: Option<String>,
    revocation_url: Option<String>,
    api_url: Option<String>,
    client_authentication: ClientAuthentication,
    scope_separator: Cow<'static, str>,
    parameters: Vec<(OAuthRequest, String, String)>,
    pkce: bool,
    dialect: Arc<dyn Dialect>,
    /// Why it can't be used.
    problem: Option<String>,
}

/// How a client with a secret authenticates at the token endpoint (RFC 6749, section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// `client_id` and `client_secret` in the body: `client_secret_post`.
    #[default]
    Body,
    /// In the header `Authorization: Basic …`: `client_secret_basic`.
    Basic,
}

impl OAuthServer {
    /// Returns a server with this token endpoint (RFC 6749, section 3.2).
    pub fn new(token_url: impl Into<String>) -> Self {
        let token_url = token_url.into();
        Self(Arc::new(Inner {
            // Tokens are kept by it. One that can't be used is reported by `check`.
            token_url: normalized(&token_url).unwrap_or(token_url),
            issuer: None,
            authorization_url: None,
            device_authorization_url: None,
            device_token_url: None,
            revocation_url: None,
            api_url: None,
            client_authentication: ClientAuthentication::default(),
            scope_separator: Cow::Borrowed(" "),
            parameters: Vec::new(),
            pkce: true,
            dialect: Arc::new(Standard),
            problem: None,
        }))
    }

    /// Sets its issuer identifier (RFC 8414). A callback that names another one in `iss` is
    /// rejected (RFC 9207).
    #[must_use]
    pub fn issuer(self, url: impl Into<String>) -> Self {
        self.with(|inner| inner.issuer = Some(url.into()))
    }

    /// Sets where users consent (RFC 6749, section 3.1).
    #[must_use]
    pub fn authorization_url(self, url: impl Into<String>) -> Self {
        self.with(|inner| inner.authorization_url = Some(url.into()))
    }

    /// Sets where devices get their codes (RFC 8628, section 3.1).
    #[must_use]
    pub fn device_authorization_url(self, url: impl Into<String>) -> Self {
        self.with(|inner| inner.device_authorization_url = Some(url.into()))
    }

    /// Sets where devices poll, if not at the token URL.
    #[must_use]
    pub fn device_token_url(self, url: impl Into<String>) -> Self {
        self.with(|inner| inner.device_token_url = Some(url.into()))
    }

    /// Sets where tokens are revoked (RFC 7009).
    #[must_use]
    pub fn revocation_url(self, url: impl Into<String>) -> Self {
        self.with(|inner| inner.revocation_url = Some(url.into()))
    }

    /// Sets where the API is served for accounts of this server, if that differs between servers of
    /// one provider: calls of a user whose
    /// [`Credentials::server`](crate::auth::Credentials::server) is this one go there.
    #[must_use]
    pub fn api_url(self, url: impl Into<String>) -> Self {
        self.with(|inner| inner.api_url = Some(url.into()))
    }

    /// Sets how clients authenticate. Defaults to [`ClientAuthentication::Body`].
    #[must_use]
    pub fn client_authentication(self, authentication: ClientAuthentication) -> Self {
        self.with(|inner| inner.client_authentication = authentication)
    }

    /// Sets what separates scopes in a request. Defaults to a space (RFC 6749, section 3.3).
    #[must_use]
    pub fn scope_separator(self, separator: impl Into<Cow<'static, str>>) -> Self {
        self.with(|inner| inner.scope_separator = separator.into())
    }

    /// Adds a parameter to each request of that kind, such as `audience` or `resource`.
    #[must_use]
    pub fn parameter(
        self,
        request: OAuthRequest,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.with(|inner| {
            inner.parameters.push((request, name.into(), value.into()));
        })
    }

    /// Sets whether a user's consent is protected by PKCE (RFC 7636). Defaults to `true`: a server
    /// that doesn't know it ignores its parameters.
    #[must_use]
    pub fn pkce(self, pkce: bool) -> Self {
        self.with(|inner| inner.pkce = pkce)
    }

    /// Sets what the server does differently from the standards.
    #[must_use]
    pub fn dialect(self, dialect: impl Dialect) -> Self {
        self.with(|inner| inner.dialect = Arc::new(dialect))
    }

    /// Returns its token URL.
    pub fn token_url(&self) -> &str {
        &self.0.token_url
    }

    /// Returns host and port of its token URL, for messages.
    pub fn host(&self) -> &str {
        let url = &self.0.token_url;
        let authority = url.split_once("://").map_or(&**url, |(_, rest)| rest);
        authority.split('/').next().unwrap_or_default()
    }

    /// Marks it as one that can't be used, for a conversion that can't fail: it is an error where
    /// it is used.
    #[must_use]
    pub fn unusable(self, problem: impl Into<String>) -> Self {
        self.with(|inner| inner.problem = Some(problem.into()))
    }

    /// Returns its dialect, if that is of this type: what a provider's own extensions find their
    /// servers by.
    pub fn dialect_as<D: Dialect>(&self) -> Option<&D> {
        let dialect: &dyn Any = &*self.0.dialect;
        dialect.downcast_ref()
    }

    pub(super) fn its_dialect(&self) -> &dyn Dialect {
        &*self.0.dialect
    }

    pub(in crate::auth) fn budget(&self) -> RenewalBudget {
        self.0.dialect.budget()
    }

    pub(in crate::auth) fn own_api_url(&self) -> Option<&str> {
        self.0.api_url.as_deref()
    }

    pub(super) fn own_issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    pub(super) fn authentication(&self) -> ClientAuthentication {
        self.0.client_authentication
    }

    pub(super) fn has_pkce(&self) -> bool {
        self.0.pkce
    }

    pub(super) fn parameters_for(
        &self,
        request: OAuthRequest,
    ) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .parameters
            .iter()
            .filter(move |(kind, ..)| *kind == request)
            .map(|(_, name, value)| (&**name, &**value))
    }

    /// Scopes as a request has them.
    pub(super) fn join(&self, scopes: &crate::auth::ScopeSet) -> String {
        let names: Vec<_> = scopes.names().collect();
        names.join(&self.0.scope_separator)
    }

    /// Where such a request goes.
    pub(super) fn url(&self, request: OAuthRequest) -> Result<&str, AuthError> {
        let inner = &self.0;
        let (url, missing) = match request {
            OAuthRequest::Authorization => (&inner.authorization_url, "authorization_url"),
            OAuthRequest::DeviceAuthorization => {
                (&inner.device_authorization_url, "device_authorization_url")
            }
            OAuthRequest::Revocation => (&inner.revocation_url, "revocation_url"),
            OAuthRequest::DeviceToken => {
                return Ok(inner.device_token_url.as_ref().unwrap_or(&inner.token_url));
            }
            OAuthRequest::AuthorizationCode
            | OAuthRequest::RefreshToken
            | OAuthRequest::ClientCredentials => return Ok(&inner.token_url),
        };
        url.as_deref().ok_or_else(|| {
            AuthError::configuration(format!(
                "{} has no URL{}: set it with `OAuthServer::{missing}`",
                self.host(),
                request.aim()
            ))
        })
    }

    pub(in crate::auth) fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// Whether it can be used: all of its URLs are secure, and lead nowhere else.
    pub(in crate::auth) fn check(&self) -> Result<(), AuthError> {
        let inner = &self.0;
        if let Some(problem) = &inner.problem {
            return Err(AuthError::configuration(problem));
        }
        let others = [
            &inner.authorization_url,
            &inner.device_authorization_url,
            &inner.device_token_url,
            &inner.revocation_url,
        ];
        std::iter::once(&inner.token_url)
            .chain(others.into_iter().flatten())
            .try_for_each(|url| check(url))
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

fn check(url: &str) -> Result<(), AuthError> {
    let refused = |why: &str| {
        AuthError::configuration(format!(
            "a URL of the authorization server can't be used: {why}"
        ))
    };
    let Ok(uri) = url.parse::<Uri>() else {
        return Err(refused("it is not a URL"));
    };
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
        return Err(refused(
            "it needs a scheme and a host, as in `https://auth.example.com/token`",
        ));
    };
    if authority.as_str().contains('@') {
        return Err(refused("it contains a user name or a password"));
    }
    if url.contains('#') {
        return Err(refused("it contains a fragment"));
    }
    if let Err(why) = normalized(url) {
        return Err(refused(&why.to_string()));
    }
    if *scheme != Scheme::HTTPS && !(*scheme == Scheme::HTTP && is_loopback(authority.as_str())) {
        return Err(refused(
            "it has to be `https://…`; only servers on this machine are reached over plain HTTP",
        ));
    }
    Ok(())
}

/// By its token URL alone.
impl From<&str> for OAuthServer {
    fn from(token_url: &str) -> Self {
        Self::new(token_url)
    }
}

/// By its token URL alone.
impl From<String> for OAuthServer {
    fn from(token_url: String) -> Self {
        Self::new(token_url)
    }
}

impl From<&Self> for OAuthServer {
    fn from(server: &Self) -> Self {
        server.clone()
    }
}

impl fmt::Debug for OAuthServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthServer")
            .field("token_url", &self.0.token_url)
            .field("dialect", &self.0.dialect)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_https_or_of_this_machine() {
        for (url, host) in [
            ("https://auth.example.com/token", "auth.example.com"),
            (
                "https://auth.example.com:8443/a/b?c=d",
                "auth.example.com:8443",
            ),
            ("http://127.0.0.1:8080/token", "127.0.0.1:8080"),
            ("http://[::1]:8080/token", "[::1]:8080"),
            ("http://localhost/token", "localhost"),
            ("https://AUTH.example.com.:443/token", "auth.example.com"),
        ] {
            let server = OAuthServer::new(url);
            server.check().unwrap();
            assert_eq!(server.host(), host);
        }
        for url in [
            "http://auth.example.com/token",
            "http://localhost.example.com/token",
            "https://user:canary@auth.example.com/token",
            "https://auth.example.com/token#canary",
            "ftp://localhost/canary",
            "https://auth.example.com:99999/canary",
            "https://:443/canary",
            "https://256.1.1.1/canary",
            "auth.example.com/token",
            "/token",
            "two words",
            "",
        ] {
            for server in [
                OAuthServer::new(url),
                OAuthServer::new("https://a.example/b").revocation_url(url),
            ] {
                let error = server.check().unwrap_err();
                assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
            }
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let server = OAuthServer::new("https://auth.example.com/token");
        let error = server.url(OAuthRequest::DeviceAuthorization).unwrap_err();
        assert_eq!(
            error.to_string(),
            "auth.example.com has no URL to start a device: set it with `OAuthServer::device_authorization_url`"
        );
        assert_eq!(
            server.url(OAuthRequest::DeviceToken).unwrap(),
            server.token_url()
        );
    }
}
