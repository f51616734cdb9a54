//! What an authorization server does differently from the standards.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::server::OAuthServer;
use crate::auth::{AuthError, AuthErrorKind, RenewalBudget};

/// The requests of OAuth 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OAuthRequest {
    /// A user is sent to the authorization endpoint (RFC 6749, section 4.1.1).
    Authorization,
    /// A code is exchanged for tokens (RFC 6749, section 4.1.3).
    AuthorizationCode,
    /// An access token is renewed (RFC 6749, section 6).
    RefreshToken,
    /// The client gets an access token for itself (RFC 6749, section 4.4).
    ClientCredentials,
    /// A device gets its codes (RFC 8628, section 3.1).
    DeviceAuthorization,
    /// A device polls (RFC 8628, section 3.4).
    DeviceToken,
    /// A token is revoked (RFC 7009).
    Revocation,
}

impl OAuthRequest {
    /// What it is for, as the end of a clause.
    pub(super) fn aim(self) -> &'static str {
        match self {
            Self::Authorization => " to ask for consent",
            Self::AuthorizationCode => " to exchange the code",
            Self::RefreshToken => " to renew the access token",
            Self::ClientCredentials => " to give the client an access token",
            Self::DeviceAuthorization => " to start a device",
            Self::DeviceToken => " to sign the device in",
            Self::Revocation => " to revoke the token",
        }
    }
}

/// What an authorization server does differently from RFC 6749, 7009 and 8628. Each method has the
/// standards' behaviour as its default.
///
/// ```
/// use cliq_api::auth::{AuthError, Dialect, OAuthRequest, OAuthServer, Parameters};
///
/// /// Wants to be asked for refresh tokens in its own way.
/// #[derive(Debug)]
/// struct Desk;
///
/// impl Dialect for Desk {
///     fn prepare(
///         &self,
///         request: OAuthRequest,
///         parameters: &mut Parameters,
///     ) -> Result<(), AuthError> {
///         if request == OAuthRequest::Authorization {
///             parameters.set("access_type", "offline");
///         }
///         Ok(())
///     }
/// }
///
/// let server = OAuthServer::new("https://auth.example.com/token").dialect(Desk);
/// ```
pub trait Dialect: Any + fmt::Debug + Send + Sync {
    /// Returns whether a client with a secret sends it with such a request.
    fn authenticates(&self, request: OAuthRequest) -> bool {
        let _ = request;
        true
    }

    /// Changes the parameters of a request before it is sent.
    ///
    /// # Errors
    ///
    /// If the server would refuse it anyway.
    fn prepare(&self, request: OAuthRequest, parameters: &mut Parameters) -> Result<(), AuthError> {
        let _ = (request, parameters);
        Ok(())
    }

    /// Changes the members of a successful answer into the standards' form before they are read:
    /// `expires_in` and `interval` in seconds, `verification_uri`.
    fn read(&self, request: OAuthRequest, answer: &mut Map<String, Value>) {
        let _ = (request, answer);
    }

    /// Returns what a refusal means: an answer with this `error` (RFC 6749, section 5.2), whatever
    /// its status.
    fn refusal(&self, request: OAuthRequest, code: &str, answer: &Map<String, Value>) -> Refusal {
        let _ = answer;
        Refusal::standard(request, code)
    }

    /// Returns how often a refresh token may be used.
    fn budget(&self) -> RenewalBudget {
        RenewalBudget::default()
    }

    /// Returns which of the provider's servers the user's account is at, where the callback's
    /// parameters name it.
    fn callback_server(&self, parameter: &dyn Fn(&str) -> Option<String>) -> Option<ServerHint> {
        let _ = parameter;
        None
    }

    /// Returns the provider's other servers, by the names of their locations. Secrets are sent to
    /// none but these and those that
    /// [`OAuthBuilder::trust`](super::OAuthBuilder::trust) names.
    fn servers(&self) -> Vec<(Cow<'static, str>, OAuthServer)> {
        Vec::new()
    }

    /// Returns why a server may have sent no refresh token, as a sentence without a full stop.
    fn no_refresh_token(&self) -> Cow<'static, str> {
        Cow::Borrowed(
            "the server gives one only if it was asked to, by a scope such as `offline_access` or a parameter, and none for client credentials",
        )
    }
}

/// As the standards have it.
#[derive(Debug)]
pub(super) struct Standard;

impl Dialect for Standard {}

/// Which of a provider's servers an account is at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerHint {
    /// The one with this issuer identifier.
    Issuer(String),
    /// The one at this location.
    Location(String),
}

/// What a refusal means.
#[derive(Debug, Clone)]
#[must_use]
pub struct Refusal {
    pub(super) kind: AuthErrorKind,
    pub(super) needs_sign_in: bool,
    pub(super) transient: bool,
    pub(super) advice: Cow<'static, str>,
    pub(super) server: Option<ServerHint>,
}

impl Refusal {
    /// Returns a refusal of this kind. [`AuthErrorKind::TooMany`] is not retried before its
    /// time.
    pub fn new(kind: AuthErrorKind) -> Self {
        Self {
            kind,
            needs_sign_in: false,
            transient: false,
            advice: Cow::Borrowed(""),
            server: None,
        }
    }

    /// Returns the meaning of a code of RFC 6749 (sections 4.1.2.1 and 5.2), RFC 7009 or RFC 8628.
    pub fn standard(request: OAuthRequest, code: &str) -> Self {
        let refused = Self::new(AuthErrorKind::Refused);
        match (request, code) {
            (_, "invalid_client") => {
                refused.advice("the client id or the client secret is wrong, or not of this server")
            }
            (OAuthRequest::RefreshToken, "invalid_grant") => refused.needs_sign_in().advice(
                "the refresh token has expired, was revoked or replaced by a newer one, or belongs to another client: sign in again",
            ),
            (_, "invalid_grant") => refused.needs_sign_in().advice(
                "the code was used already, has expired, or belongs to another client, redirect URI or code verifier: ask for a new one",
            ),
            (_, "unauthorized_client") => {
                refused.advice("the client is not allowed to get tokens in this way")
            }
            (_, "unsupported_grant_type") => {
                refused.advice("the server doesn't give tokens in this way")
            }
            (_, "invalid_scope") => {
                refused.advice("a scope is unknown to the server, or not allowed for this client")
            }
            (_, "access_denied") => Self::new(AuthErrorKind::Denied)
                .needs_sign_in()
                .advice("the user denied access"),
            (_, "expired_token") => Self::new(AuthErrorKind::Expired)
                .needs_sign_in()
                .advice("the user took too long: start again"),
            (_, "server_error" | "temporarily_unavailable") => refused.transient(),
            _ => refused,
        }
    }

    /// Sets what an operator can do about it.
    pub fn advice(self, advice: impl Into<Cow<'static, str>>) -> Self {
        Self {
            advice: advice.into(),
            ..self
        }
    }

    /// Records that the user has to consent again.
    pub fn needs_sign_in(self) -> Self {
        Self {
            needs_sign_in: true,
            ..self
        }
    }

    /// Records that the same request may succeed in a moment.
    pub fn transient(self) -> Self {
        Self {
            transient: true,
            ..self
        }
    }

    /// Records that the account is at another of the provider's servers: a device continues there.
    pub fn at_server(self, server: ServerHint) -> Self {
        Self {
            server: Some(server),
            ..self
        }
    }
}

/// The parameters of a request, in order.
#[derive(Default, Clone)]
pub struct Parameters(Vec<Parameter>);

#[derive(Clone)]
struct Parameter {
    name: Cow<'static, str>,
    value: SecretString,
    secret: bool,
}

impl Parameters {
    /// Sets a parameter, in place of one of that name or at the end.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.put(name.into(), value.into().into(), false);
    }

    /// Sets a parameter that is a secret: an answer that repeats it is not shown.
    pub fn set_secret(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<SecretString>,
    ) {
        self.put(name.into(), value.into(), true);
    }

    /// Removes a parameter.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|parameter| parameter.name != name);
    }

    /// Gives a parameter another name.
    pub fn rename(&mut self, name: &str, to: impl Into<Cow<'static, str>>) {
        if let Some(parameter) = self.0.iter_mut().find(|parameter| parameter.name == name) {
            parameter.name = to.into();
        }
    }

    /// Returns the value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.pairs();
        values
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    pub(in crate::auth) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    pub(in crate::auth) fn with_secret(mut self, name: &'static str, value: &SecretString) -> Self {
        self.set_secret(name, value.clone());
        self
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|parameter| (&*parameter.name, parameter.value.expose_secret()))
    }

    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let secrets = self.0.iter().filter(|parameter| parameter.secret);
        secrets.map(|parameter| parameter.value.expose_secret())
    }

    fn put(&mut self, name: Cow<'static, str>, value: SecretString, secret: bool) {
        let parameter = Parameter {
            name,
            value,
            secret,
        };
        match self.0.iter_mut().find(|known| known.name == parameter.name) {
            Some(known) => *known = parameter,
            None => self.0.push(parameter),
        }
    }
}

/// The names alone.
impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|parameter| &parameter.name))
            .finish()
    }
}
