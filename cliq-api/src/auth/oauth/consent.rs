//! A user's consent in the browser: where they are sent, and what they come back with.

use std::fmt;

use form_urlencoded::{Serializer, parse};
use http::Uri;
use secrecy::{ExposeSecret, SecretString};

use super::servers::Servers;
use crate::auth::{App, AuthError, AuthErrorKind, ScopeSet};
use crate::data_center::DataCenter;

/// A user who was asked for consent, until they come back.
///
/// A program that may be another one by then, or one of many, keeps [`state`](Self::state) in the
/// user's session, and goes on with [`resume`](Self::resume).
pub struct Consent {
    url: String,
    state: SecretString,
    redirect_uri: String,
}

impl Consent {
    pub(super) fn begin(
        app: &App,
        home: &DataCenter,
        redirect_uri: &str,
        scopes: &ScopeSet,
    ) -> Result<Self, AuthError> {
        if scopes.is_empty() {
            return Err(AuthError::configuration(
                "no scopes are asked for, and Zoho refuses to ask for none",
            ));
        }
        let known: Result<Uri, _> = redirect_uri.parse();
        if !known.is_ok_and(|uri| uri.scheme().is_some() && uri.host().is_some())
            || redirect_uri.contains('#')
        {
            return Err(AuthError::configuration(
                "the redirect URI has to be a whole URL, without a fragment",
            ));
        }
        let state = random_state()?;
        let mut query = Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", app.client_id())
            .append_pair("scope", &scopes.to_string())
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", &state)
            // Without both no refresh token comes.
            .append_pair("access_type", "offline")
            .append_pair("prompt", "consent");
        let url = format!("{}/oauth/v2/auth?{}", home.accounts_url(), query.finish());
        Ok(Self {
            url,
            state: state.into(),
            redirect_uri: redirect_uri.to_owned(),
        })
    }

    /// Goes on with a consent that was begun elsewhere, from what its session kept.
    pub fn resume(state: impl Into<SecretString>, redirect_uri: impl Into<String>) -> Self {
        Self {
            url: String::new(),
            state: state.into(),
            redirect_uri: redirect_uri.into(),
        }
    }

    /// Where to send the browser. Empty for one that was resumed.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the callback has to bring back, as chance made it. Whoever knows it can end this user's
    /// consent with another account: it belongs into the session of this browser, and nowhere
    /// else.
    pub fn state(&self) -> &SecretString {
        &self.state
    }

    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The code of the callback, and where it is to be exchanged.
    pub(super) fn read(
        &self,
        callback: &str,
        servers: &Servers,
    ) -> Result<(SecretString, DataCenter), AuthError> {
        let callback = callback.split('#').next().unwrap_or_default();
        let query = callback
            .split_once('?')
            .map_or(callback, |(_, query)| query);
        let told = |wanted: &str| -> Result<Option<String>, AuthError> {
            let mut values = parse(query.as_bytes())
                .filter(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned());
            match (values.next(), values.next()) {
                (value, None) => Ok(value.filter(|value| !value.is_empty())),
                _ => Err(wrong(&format!("it holds `{wanted}` more than once"))),
            }
        };
        let state = told("state")?.unwrap_or_default();
        if !same(&state, self.state.expose_secret()) {
            return Err(wrong(
                "its `state` is not the one that this user was sent with, so that it may be somebody else's",
            ));
        }
        if let Some(error) = told("error")? {
            return Err(match error.as_str() {
                "access_denied" => AuthError::new(AuthErrorKind::Denied, "the user said no"),
                _ => wrong("it brings an error in place of a code"),
            });
        }
        let code = told("code")?.ok_or_else(|| wrong("it brings no code"))?;
        let place = match (told("accounts-server")?, told("location")?) {
            (Some(url), _) => servers.at(&url).ok_or_else(|| unknown("accounts server"))?,
            (None, Some(location)) => servers.of(&location).ok_or_else(|| unknown("location"))?,
            (None, None) => servers.home(),
        };
        Ok((code.into(), place.clone()))
    }
}

/// Without the state, which the URL holds as well.
impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consent")
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

/// 128 bits of chance, in hexadecimal digits.
fn random_state() -> Result<String, AuthError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        AuthError::configuration(format!("the system gives no random numbers: {error}"))
    })?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Compared whole, so that the time it takes says nothing of where they differ.
fn same(one: &str, other: &str) -> bool {
    let differing = one
        .bytes()
        .zip(other.bytes())
        .fold(0, |differing, (one, other)| differing | (one ^ other));
    !one.is_empty() && one.len() == other.len() && differing == 0
}

fn wrong(why: &str) -> AuthError {
    AuthError::new(
        AuthErrorKind::Callback,
        format!("the callback can't be used: {why}"),
    )
}

fn unknown(what: &str) -> AuthError {
    wrong(&format!(
        "the {what} that it names is not known, and secrets are sent to none of those (if it is right, name it with `OAuthBuilder::trust`)"
    ))
}
