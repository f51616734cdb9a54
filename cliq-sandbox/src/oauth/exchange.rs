//! Issues tokens for codes, refresh tokens and credentials, and revokes them.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;
use time::OffsetDateTime;

use super::ask::Ask;
use super::grant::Consent;
use super::{Accounts, Action, Entry, Refused, ScopeSet, TokenPair};
use crate::reply;

/// An authorization code, which can be exchanged once.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) consent: Arc<Consent>,
    /// The redirect URI that it was sent to; `None` for a self client.
    pub(super) redirect_uri: Option<String>,
    /// Whether to issue a refresh token.
    pub(super) offline: bool,
    pub(super) expires_at: OffsetDateTime,
}

impl Accounts {
    pub(super) fn insert_code(&mut self, code: Code) -> String {
        let text = self.ids.token();
        self.codes.insert(text.clone(), code);
        text
    }

    /// `POST /oauth/v2/token`
    pub(super) fn exchange(&mut self, ask: &Ask<'_>) -> Response<Bytes> {
        let action = match ask.get("grant_type") {
            Some("authorization_code") => Action::Exchange,
            Some("refresh_token") => Action::Refresh,
            Some("client_credentials") => Action::ClientCredentials,
            _ => Action::Unknown,
        };
        let mut entry = self.entry(ask, action);
        let outcome = match action {
            Action::Exchange => self.exchange_code(ask, &mut entry),
            Action::Refresh => self.refresh(ask, &mut entry),
            Action::ClientCredentials => self.credentials(ask, &mut entry),
            _ => Err(Refused::UnsupportedGrantType),
        };
        self.conclude(ask, entry, outcome)
    }

    fn exchange_code(&mut self, ask: &Ask<'_>, entry: &mut Entry) -> Result<TokenPair, Refused> {
        let client_id = self.authenticated_app(ask)?.client_id.as_str();
        let text = ask.get("code").ok_or(Refused::InvalidCode)?;
        let code = self.codes.get(text).ok_or(Refused::InvalidCode)?;
        let Code {
            consent,
            redirect_uri,
            offline,
            expires_at,
        } = code;
        if consent.client_id.as_deref() != Some(client_id)
            || consent.center != ask.center
            || ask.now >= *expires_at
        {
            return Err(Refused::InvalidCode);
        }
        if redirect_uri
            .as_deref()
            .is_some_and(|uri| !ask.is("redirect_uri", uri))
        {
            return Err(Refused::InvalidRedirectUri);
        }
        let (consent, offline) = (Arc::clone(consent), *offline);
        self.codes.remove(text);
        Ok(self.issue(consent, offline, ask, entry))
    }

    fn refresh(&mut self, ask: &Ask<'_>, entry: &mut Entry) -> Result<TokenPair, Refused> {
        entry.refresh_token = ask.get("refresh_token").map(str::to_owned);
        let client_id = self.authenticated_app(ask)?.client_id.as_str();
        let token = ask.get("refresh_token").ok_or(Refused::InvalidCode)?;
        let consent = self.tokens.consent(token).ok_or(Refused::InvalidCode)?;
        if consent.client_id.as_deref() != Some(client_id) || consent.center != ask.center {
            return Err(Refused::InvalidCode);
        }
        entry.user_id = Some(consent.user_id.clone());
        self.tokens
            .refresh(&mut self.ids, &self.policy, token, ask.now)
    }

    fn credentials(&mut self, ask: &Ask<'_>, entry: &mut Entry) -> Result<TokenPair, Refused> {
        let app = self.authenticated_app(ask)?;
        let scopes = ask
            .get("scope")
            .and_then(ScopeSet::parse)
            .ok_or(Refused::InvalidScope)?;
        let user_id = app
            .owner
            .clone()
            .or_else(|| self.signed_in.clone())
            .ok_or(Refused::InvalidClient)?;
        let client_id = Some(app.client_id.clone());
        let consent = Consent {
            client_id,
            user_id,
            scopes,
            center: ask.center,
            app_only: true,
        };
        Ok(self.issue(consent.into(), false, ask, entry))
    }

    pub(super) fn issue(
        &mut self,
        consent: Arc<Consent>,
        offline: bool,
        ask: &Ask<'_>,
        entry: &mut Entry,
    ) -> TokenPair {
        entry.user_id = Some(consent.user_id.clone());
        if offline {
            self.tokens
                .mint_pair(&mut self.ids, &self.policy, consent, ask.now)
        } else {
            let expires_at = ask.now + self.policy.access_token_lifetime;
            let token =
                self.tokens
                    .mint_access(&mut self.ids, Arc::clone(&consent), Some(expires_at));
            TokenPair::new(token, &consent)
        }
    }

    /// `POST /oauth/v2/token/revoke`, which needs no credentials. An unknown token is a 400.
    pub(super) fn answer_revoke(&mut self, ask: &Ask<'_>) -> Response<Bytes> {
        let mut entry = self.entry(ask, Action::Revoke);
        let token = ask
            .get("token")
            .filter(|token| self.tokens.center(token) == Some(ask.center));
        if token.is_some_and(|token| self.tokens.revoke(token)) {
            self.book.write(entry);
            reply::json(StatusCode::OK, &json!({ "status": "success" }))
        } else {
            entry.refused = Some(Refused::InvalidCode.code());
            self.book.write(entry);
            reply::json(StatusCode::BAD_REQUEST, &Refused::InvalidCode.to_json())
        }
    }
}
