//! A user's consent in the browser: where they are sent, and what they come back with.

use std::fmt;

use form_urlencoded::{Serializer, parse};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::client::OAuthClient;
use super::dialect::{OAuthRequest, Parameters};
use super::pkce;
use super::server::OAuthServer;
use super::trusted::Trusted;
use crate::auth::{AuthError, AuthErrorKind, ScopeSet};

/// A request for a user's consent (RFC 6749, section 4.1.1), until they come back.
///
/// Where another process may handle the callback, store [`state`](Self::state) and
/// [`code_verifier`](Self::code_verifier) in the user's session, and go on with
/// [`resume`](Self::resume).
pub struct AuthorizationRequest {
    url: String,
    state: SecretString,
    code_verifier: Option<SecretString>,
    redirect_uri: String,
    pub(super) scopes: Option<ScopeSet>,
}

impl AuthorizationRequest {
    pub(super) fn new(
        client: &OAuthClient,
        server: &OAuthServer,
        redirect_uri: &str,
        scopes: &ScopeSet,
    ) -> Result<Self, AuthError> {
        let request = OAuthRequest::Authorization;
        let endpoint = server.url(request)?;
        check_redirect_uri(redirect_uri)?;
        let state = random_state()?;
        let mut parameters = Parameters::default()
            .with("response_type", "code")
            .with("client_id", client.client_id());
        if !scopes.is_empty() {
            parameters.set("scope", server.join(scopes));
        }
        parameters.set("redirect_uri", redirect_uri);
        parameters.set_secret("state", state.clone());
        let code_verifier = server.has_pkce().then(pkce::verifier).transpose()?;
        if let Some(verifier) = &code_verifier {
            parameters.set("code_challenge", pkce::challenge(verifier));
            parameters.set("code_challenge_method", "S256");
        }
        for (name, value) in server.parameters_for(request) {
            parameters.set(name.to_owned(), value);
        }
        server.its_dialect().prepare(request, &mut parameters)?;
        let query = Serializer::new(String::new())
            .extend_pairs(parameters.pairs())
            .finish();
        // The endpoint's own query is kept (section 3.1).
        let separator = if endpoint.contains('?') { '&' } else { '?' };
        Ok(Self {
            url: format!("{endpoint}{separator}{query}"),
            state,
            code_verifier,
            redirect_uri: redirect_uri.to_owned(),
            scopes: Some(scopes.clone()),
        })
    }

    /// Continues a request that was made elsewhere, from what the user's session holds. Where the
    /// server has PKCE, add the verifier with [`with_code_verifier`](Self::with_code_verifier).
    pub fn resume(state: impl Into<SecretString>, redirect_uri: impl Into<String>) -> Self {
        Self {
            url: String::new(),
            state: state.into(),
            code_verifier: None,
            redirect_uri: redirect_uri.into(),
            scopes: None,
        }
    }

    /// Sets the code verifier of a request that was resumed.
    #[must_use]
    pub fn with_code_verifier(self, verifier: impl Into<SecretString>) -> Self {
        Self {
            code_verifier: Some(verifier.into()),
            ..self
        }
    }

    /// Returns where to send the browser. Empty for a request that was resumed.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the random CSRF `state`, which the callback has to bring back (RFC 6749, section
    /// 10.12). Whoever knows it can complete this user's request with another account: store it in
    /// this browser's session, and nowhere else.
    pub fn state(&self) -> &SecretString {
        &self.state
    }

    /// Returns the code verifier (RFC 7636), where the server has PKCE. Store it with the state.
    pub fn code_verifier(&self) -> Option<&SecretString> {
        self.code_verifier.as_ref()
    }

    /// What the code is exchanged with, and where.
    pub(super) fn read(
        &self,
        callback: &str,
        trusted: &Trusted,
    ) -> Result<(Parameters, OAuthServer), AuthError> {
        let callback = callback.split('#').next().unwrap_or_default();
        let query = callback
            .split_once('?')
            .map_or(callback, |(_, query)| query);
        let parameter = |wanted: &str| {
            let mut values = parse(query.as_bytes())
                .filter(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned());
            match (values.next(), values.next()) {
                (value, None) => Ok(value.filter(|value| !value.is_empty())),
                _ => Err(wrong(&format!("it contains `{wanted}` more than once"))),
            }
        };
        let state = parameter("state")?.unwrap_or_default();
        let expected = self.state.expose_secret();
        let is_expected = bool::from(state.as_bytes().ct_eq(expected.as_bytes()));
        if state.is_empty() || !is_expected {
            return Err(wrong(
                "its `state` is not the one that this user was sent with, so it may be somebody else's",
            ));
        }
        let home = trusted.home();
        if let (Some(issuer), Some(expected)) = (parameter("iss")?, home.own_issuer()) {
            let issuer = issuer.trim_end_matches('/');
            if issuer != expected.trim_end_matches('/') {
                return Err(wrong(
                    "its `iss` names another server than the user was sent to",
                ));
            }
        }
        if let Some(error) = parameter("error")? {
            return Err(refused(&error));
        }
        let code = parameter("code")?.ok_or_else(|| wrong("it brings no code"))?;
        let hint = home
            .its_dialect()
            .callback_server(&|name| parameter(name).ok().flatten());
        let server = match hint {
            None => home.clone(),
            Some(hint) => trusted.find(&hint).ok_or_else(unknown)?,
        };
        let mut parameters = Parameters::default()
            .with("grant_type", "authorization_code")
            .with("redirect_uri", &self.redirect_uri)
            .with_secret("code", &code.into());
        if let Some(verifier) = &self.code_verifier {
            parameters.set_secret("code_verifier", verifier.clone());
        }
        Ok((parameters, server))
    }
}

/// Without state and verifier; the URL contains the state as well.
impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

/// 128 random bits, in hexadecimal digits.
fn random_state() -> Result<SecretString, AuthError> {
    let bytes = pkce::random::<16>()?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)).into())
}

/// A whole URL, or one with a scheme of the program's own (RFC 8252, section 7.1).
fn check_redirect_uri(uri: &str) -> Result<(), AuthError> {
    let is_scheme = |scheme: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(fits)
    };
    let is_whole = match uri.split_once(':') {
        Some(("http" | "https", _)) => uri
            .parse::<http::Uri>()
            .is_ok_and(|uri| uri.host().is_some_and(|host| !host.is_empty())),
        Some((scheme, rest)) => is_scheme(scheme) && rest.starts_with('/'),
        None => false,
    };
    if is_whole && !uri.contains('#') {
        return Ok(());
    }
    Err(AuthError::configuration(
        "the redirect URI has to be a whole URL without a fragment, such as `https://bot.example.com/callback`",
    ))
}

/// What a callback may bring instead of a code (RFC 6749, section 4.1.2.1), but for
/// `access_denied`.
const ERRORS: [&str; 6] = [
    "invalid_request",
    "unauthorized_client",
    "unsupported_response_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
];

/// The callback brings an error (RFC 6749, section 4.1.2.1). Other codes than the standard ones are
/// not shown: a callback can be anybody's.
fn refused(error: &str) -> AuthError {
    if error == "access_denied" {
        return AuthError::new(AuthErrorKind::Denied, "the user denied access");
    }
    match ERRORS.into_iter().find(|known| *known == error) {
        Some(code) => wrong(&format!("it brings the error `{code}` instead of a code"))
            .with_code(Some(code.to_owned())),
        None => wrong("it brings an error instead of a code"),
    }
}

fn wrong(why: &str) -> AuthError {
    AuthError::new(
        AuthErrorKind::Callback,
        format!("the callback can't be used: {why}"),
    )
}

fn unknown() -> AuthError {
    wrong(
        "the authorization server that it names is not known, and secrets are sent to known ones only (if it is right, name it with `OAuthBuilder::trust`)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_is_whole() {
        for uri in [
            "https://bot.example.com/callback",
            "http://127.0.0.1:8080/callback",
            "com.example.desk:/callback",
        ] {
            check_redirect_uri(uri).unwrap();
        }
        for uri in [
            "",
            "/callback",
            "bot.example.com",
            "https:///callback",
            "https://bot.example.com/#callback",
            "a b:/callback",
            "1:/callback",
            "com.example.desk:callback",
        ] {
            assert!(check_redirect_uri(uri).is_err(), "{uri}");
        }
    }
}
