//! What a token permits, and why one is rejected.

use std::fmt;
use std::sync::Arc;

use cliq_api::Scopes;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::center::CenterKey;
use super::policy::TimeUnit;
use super::scope::satisfied;
use super::{Policy, ScopeSet};

/// A user's consent to an app, which codes and tokens represent.
#[derive(Debug)]
pub(super) struct Consent {
    /// `None` for a token that was issued without an app.
    pub(super) client_id: Option<String>,
    pub(super) user_id: String,
    pub(super) scopes: ScopeSet,
    pub(super) center: CenterKey,
    /// Whether the app acts by its own credentials, without a user's consent.
    pub(super) app_only: bool,
}

/// What an access token permits.
#[derive(Debug)]
pub struct Grant {
    pub(super) consent: Arc<Consent>,
    pub(super) expires_at: Option<OffsetDateTime>,
}

/// Why an access token is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unauthorized {
    /// The data center doesn't know the token, or it was revoked.
    Unknown,
    /// The token has expired.
    Expired,
    /// The token is valid, but lacks a scope.
    MissingScope,
}

/// An access token, and optionally its refresh token.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenPair {
    /// The access token.
    pub access_token: String,
    /// The refresh token, if there is one.
    pub refresh_token: Option<String>,
    pub(super) scopes: String,
}

impl Consent {
    /// Returns the key by which refresh tokens are counted.
    pub(super) fn owner(&self) -> (String, Option<String>) {
        (self.user_id.clone(), self.client_id.clone())
    }
}

impl Grant {
    /// Returns the id of the user as whom the token acts.
    pub fn user_id(&self) -> &str {
        &self.consent.user_id
    }

    /// Returns the app that the token was issued to, if any.
    pub fn client_id(&self) -> Option<&str> {
        self.consent.client_id.as_deref()
    }

    /// Returns the scopes.
    pub fn scopes(&self) -> &ScopeSet {
        &self.consent.scopes
    }

    /// Returns when the token expires, if it does.
    pub fn expires_at(&self) -> Option<OffsetDateTime> {
        self.expires_at
    }

    pub(super) fn allows(&self, needed: Scopes, policy: &Policy) -> bool {
        let is_hollow = |scope: &str| {
            self.consent.app_only && policy.hollow_scopes.iter().any(|hollow| hollow == scope)
        };
        satisfied(needed, |scope| {
            self.consent.scopes.covers_one(scope) && !is_hollow(scope)
        })
    }

    pub(super) fn has_expired(&self, now: OffsetDateTime) -> bool {
        self.expires_at.is_some_and(|end| now >= end)
    }
}

impl Unauthorized {
    /// Returns Cliq's error code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown | Self::Expired => "oauthtoken_invalid",
            Self::MissingScope => "oauthtoken_scope_invalid",
        }
    }
}

impl fmt::Display for Unauthorized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the access token is not known here",
            Self::Expired => "the access token has expired",
            Self::MissingScope => "the access token lacks a scope",
        })
    }
}

impl std::error::Error for Unauthorized {}

impl TokenPair {
    pub(super) fn new(access_token: String, consent: &Consent) -> Self {
        Self {
            access_token,
            refresh_token: None,
            scopes: consent.scopes.to_string(),
        }
    }

    pub(super) fn to_json(&self, policy: &Policy, api_domain: &str) -> Value {
        let lifetime = policy.access_token_lifetime;
        let mut body = json!({
            "access_token": self.access_token,
            "api_domain": api_domain,
            "token_type": "Bearer",
            "expires_in": policy.time_unit.number(lifetime),
        });
        if let Some(token) = &self.refresh_token {
            body["refresh_token"] = token.as_str().into();
        }
        if policy.tells_scopes {
            body["scope"] = self.scopes.as_str().into();
        }
        if policy.time_unit == TimeUnit::Milliseconds {
            body["expires_in_sec"] = lifetime.as_secs().into();
        }
        body
    }
}

/// Omits the tokens.
impl fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenPair")
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
