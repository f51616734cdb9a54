//! The consent page, which needs no clicks here.

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::header::{HeaderValue, LOCATION};
use http::{Response, StatusCode};

use super::ask::Ask;
use super::exchange::Code;
use super::grant::Consent;
use super::{Accounts, Action, Decision, Entry, Refused, ScopeSet};
use crate::reply;

impl Accounts {
    /// `GET /oauth/v2/auth`: redirects the browser immediately, with a code or with the user's
    /// refusal. An invalid request is shown to the user, without a redirect.
    pub(super) fn ask_consent(&mut self, ask: &Ask<'_>) -> Response<Bytes> {
        let mut entry = self.entry(ask, Action::Consent);
        match self.consent(ask, &mut entry) {
            Ok(callback) => {
                self.book.write(entry);
                redirect(&callback)
            }
            Err(refused) => {
                self.book.write(Entry {
                    refused: Some(refused.code()),
                    ..entry
                });
                reply::json(StatusCode::BAD_REQUEST, &refused.to_json())
            }
        }
    }

    /// Returns the URL to redirect to.
    fn consent(&mut self, ask: &Ask<'_>, entry: &mut Entry) -> Result<String, Refused> {
        let app = self.app(ask)?;
        let redirect_uri = ask.get("redirect_uri").ok_or(Refused::InvalidRedirectUri)?;
        if !app.redirect_uris.iter().any(|known| known == redirect_uri) {
            return Err(Refused::InvalidRedirectUri);
        }
        if !ask.is("response_type", "code") {
            return Err(Refused::InvalidResponseType);
        }
        let scopes = ask
            .get("scope")
            .and_then(ScopeSet::parse)
            .ok_or(Refused::InvalidScope)?;
        let (user_id, center) = self.browser_user(ask).ok_or(Refused::AccessDenied)?;
        if !self.knows(center, app) {
            return Err(Refused::InvalidClient);
        }
        entry.user_id = Some(user_id.to_owned());
        let state = ask.get("state");
        if self.policy.decision == Decision::Deny {
            entry.refused = Some(Refused::AccessDenied.code());
            return Ok(callback(
                redirect_uri,
                state,
                &[("error", Refused::AccessDenied.code())],
            ));
        }
        let client_id = Some(app.client_id.clone());
        let consent = Consent {
            client_id,
            user_id: user_id.to_owned(),
            scopes,
            center,
            app_only: false,
        };
        let code = self.insert_code(Code {
            consent: consent.into(),
            redirect_uri: Some(redirect_uri.to_owned()),
            offline: ask.is("access_type", "offline") && ask.is("prompt", "consent"),
            expires_at: ask.now + self.policy.code_lifetime,
        });
        let server = self.centers.accounts_server(center, ask.host);
        let location = self.centers.location(center);
        Ok(callback(
            redirect_uri,
            state,
            &[
                ("code", &code),
                ("location", location),
                ("accounts-server", &server),
            ],
        ))
    }
}

/// Adds parameters to the redirect URI, which may already have a query.
fn callback(redirect_uri: &str, state: Option<&str>, told: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query
        .extend_pairs(state.map(|state| ("state", state)))
        .extend_pairs(told);
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{separator}{}", query.finish())
}

fn redirect(url: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::FOUND;
    response
        .headers_mut()
        .extend(HeaderValue::try_from(url).ok().map(|url| (LOCATION, url)));
    response
}
