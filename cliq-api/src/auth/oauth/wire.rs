//! Requests to an accounts server, and its answers.
//!
//! Parameters go in the body. Refusals come with any status, 200 included. Of an answer nothing
//! gets into an error but the code of a refusal.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Request, Response};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::super::{AccessToken, App, AuthError, AuthErrorKind, ScopeSet};
use crate::data_center::DataCenter;
use crate::error::Sent;
use crate::transport::Transport;

/// What is asked of an accounts server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum Asking {
    Exchange,
    Refresh,
    ClientCredentials,
    DeviceCode,
    DevicePoll,
    Revoke,
}

/// The parameters of a request.
#[derive(Default, Clone)]
pub(in crate::auth) struct Form(Vec<(&'static str, SecretString)>);

impl Form {
    /// With the app's credentials.
    pub(in crate::auth) fn of(app: &App) -> Self {
        Self::default()
            .with("client_id", app.client_id())
            .with("client_secret", app.client_secret())
    }

    pub(in crate::auth) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.push((name, value.into()));
        self
    }

    fn encode(&self) -> String {
        use secrecy::ExposeSecret;
        let pairs = self
            .0
            .iter()
            .map(|(name, value)| (name, value.expose_secret()));
        Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    /// Whether a text holds one of the values, or is part of one.
    fn gives_away(&self, text: &str) -> bool {
        use secrecy::ExposeSecret;
        let secrets = self.0.iter().filter(|(name, _)| {
            matches!(*name, "client_secret" | "refresh_token" | "code" | "token")
        });
        let mut secrets = secrets.map(|(_, value)| value.expose_secret());
        secrets.any(|secret| !secret.is_empty() && (secret.contains(text) || text.contains(secret)))
    }
}

/// Why there is no answer, or none that helps.
pub(in crate::auth) struct Failure {
    pub(in crate::auth) error: AuthError,
    pub(in crate::auth) sent: Sent,
    /// The refresh token was used too often.
    pub(in crate::auth) is_denial: bool,
    /// Of a device: where its user lives.
    pub(super) user_location: Option<String>,
}

/// An answer with a token.
pub(in crate::auth) struct TokenAnswer {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    lifetime: Duration,
    scopes: Option<ScopeSet>,
}

impl TokenAnswer {
    /// `asked` are the scopes that were asked for, where the answer may not tell them.
    pub(in crate::auth) fn into_access_token(
        self,
        now: SystemTime,
        asked: Option<&ScopeSet>,
    ) -> AccessToken {
        let scopes = self.scopes.or_else(|| asked.cloned());
        let token = AccessToken::new(self.access_token).valid_until(now + self.lifetime);
        match scopes {
            Some(scopes) => token.granting(scopes),
            None => token,
        }
    }

    pub(super) fn into_tokens(mut self, now: SystemTime) -> (AccessToken, Option<SecretString>) {
        let refresh_token = self.refresh_token.take();
        (self.into_access_token(now, None), refresh_token)
    }
}

/// Asks for an access token.
pub(in crate::auth) async fn ask_for_token(
    transport: &Arc<dyn Transport>,
    place: &DataCenter,
    asking: Asking,
    form: &Form,
    timeout: Duration,
) -> Result<TokenAnswer, Failure> {
    let mut answer = post(transport, place, asking, form, timeout).await?;
    let mut text = |name| match answer.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(SecretString::from(text)),
        _ => None,
    };
    let (access_token, refresh_token) = (text("access_token"), text("refresh_token"));
    let Some(access_token) = access_token else {
        let problem = format!(
            "{} answered without an access token{}",
            place.accounts_host(),
            asking.aim()
        );
        return Err(Failure::answered(AuthError::new(
            AuthErrorKind::Unreadable,
            problem,
        )));
    };
    let scopes = answer
        .get("scope")
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
        .map(ScopeSet::from);
    Ok(TokenAnswer {
        access_token,
        refresh_token,
        lifetime: lifetime(&answer),
        scopes,
    })
}

/// Sends the form, and gives the members of the answer if it is no refusal.
pub(super) async fn post(
    transport: &Arc<dyn Transport>,
    place: &DataCenter,
    asking: Asking,
    form: &Form,
    timeout: Duration,
) -> Result<Map<String, Value>, Failure> {
    let host = place.accounts_host();
    let answer =
        match tokio::time::timeout(timeout, transport.send(request(place, asking, form)?)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                // What came of an answer is left behind: it may hold tokens.
                let (sent, problem) = (
                    error.sent(),
                    format!("{host} can't be reached{}: {error}", asking.aim()),
                );
                let (_, source) = error.into_parts();
                let error = AuthError::new(AuthErrorKind::Unreachable, problem);
                let error = match source {
                    Some(source) => error.caused_by(source),
                    None => error,
                };
                return Err(Failure {
                    sent,
                    ..Failure::answered(error)
                });
            }
            Err(_) => {
                let problem = format!("{host} gave no answer within {timeout:?}{}", asking.aim());
                let error = AuthError::new(AuthErrorKind::Unreachable, problem);
                return Err(Failure {
                    sent: Sent::Maybe,
                    ..Failure::answered(error)
                });
            }
        };
    read(place, asking, form, &answer)
}

fn request(place: &DataCenter, asking: Asking, form: &Form) -> Result<Request<Bytes>, Failure> {
    const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    const AGENT: HeaderValue =
        HeaderValue::from_static(concat!("cliq-api/", env!("CARGO_PKG_VERSION")));
    let url = format!("{}{}", place.accounts_url(), asking.path());
    let mut request = Request::new(Bytes::from(form.encode()));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = url.parse().map_err(|_| {
        let problem = format!("{url} can't be asked: the data centre's host is none");
        Failure {
            sent: Sent::No,
            ..Failure::answered(AuthError::configuration(problem))
        }
    })?;
    request
        .headers_mut()
        .extend([(CONTENT_TYPE, FORM), (ACCEPT, JSON), (USER_AGENT, AGENT)]);
    Ok(request)
}

fn read(
    place: &DataCenter,
    asking: Asking,
    form: &Form,
    answer: &Response<Bytes>,
) -> Result<Map<String, Value>, Failure> {
    let host = place.accounts_host();
    let status = answer.status();
    let members = match serde_json::from_slice(answer.body()) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    if let Some(code) = members.get("error").and_then(Value::as_str) {
        return Err(refused(place, asking, form, code, &members));
    }
    if !status.is_success() {
        let problem = format!(
            "{host} answered with status {}{}",
            status.as_u16(),
            asking.aim()
        );
        let is_denial = status == http::StatusCode::TOO_MANY_REQUESTS;
        let kind = if is_denial {
            AuthErrorKind::TooMany
        } else {
            AuthErrorKind::Refused
        };
        let error = AuthError::new(kind, problem).with_transient(status.is_server_error());
        return Err(Failure {
            is_denial,
            ..Failure::answered(error)
        });
    }
    // To a revocation success is enough.
    if members.is_empty() && asking != Asking::Revoke {
        let problem = format!(
            "{host} answered with no JSON object{} (is it an accounts server?)",
            asking.aim()
        );
        // A gateway's page, or a captive portal's, passes.
        return Err(Failure::answered(
            AuthError::new(AuthErrorKind::Unreadable, problem).with_transient(true),
        ));
    }
    Ok(members)
}

fn refused(
    place: &DataCenter,
    asking: Asking,
    form: &Form,
    code: &str,
    members: &Map<String, Value>,
) -> Failure {
    let host = place.accounts_host();
    let is_denial = code.eq_ignore_ascii_case("Access Denied");
    let shown = if is_code(code) && !form.gives_away(code) {
        code
    } else {
        "an error that is not shown"
    };
    let problem = format!(
        "{host} refused{}: {shown}{}",
        asking.aim(),
        advice(asking, code, place)
    );
    let (kind, needs_sign_in) = match code {
        _ if is_denial => (AuthErrorKind::TooMany, false),
        "access_denied" => (AuthErrorKind::Denied, true),
        "expired" => (AuthErrorKind::Expired, true),
        "invalid_code" => (AuthErrorKind::Refused, true),
        _ => (AuthErrorKind::Refused, false),
    };
    let error = AuthError::new(kind, problem)
        .with_code((shown == code).then(|| code.to_owned()))
        .with_sign_in_needed(needs_sign_in);
    let user_location = members
        .get("user_location")
        .and_then(Value::as_str)
        .map(str::to_owned);
    Failure {
        is_denial,
        user_location,
        ..Failure::answered(error)
    }
}

/// Whether it looks like the name of an error. Tokens hold digits.
fn is_code(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b' ' | b'-');
    !text.is_empty() && text.len() <= 40 && text.bytes().all(fits)
}

/// What an operator can do about a refusal.
fn advice(asking: Asking, code: &str, place: &DataCenter) -> Cow<'static, str> {
    let elsewhere = || match place.name() {
        Some(name) => format!("another data centre than {name}"),
        None => "another data centre".to_owned(),
    };
    match (asking, code) {
        (_, "invalid_client") => {
            format!(" (the client id is mistyped, or the app is registered in, or its user lives in, {})", elsewhere())
        }
        (_, "invalid_client_secret") => {
            format!(" (the client secret is wrong, or is the one for {})", elsewhere())
        }
        (Asking::Refresh, "invalid_code") => format!(
            " (the refresh token was revoked, pushed out by 20 newer ones, or is of {}: set the one where the user lives, or sign in again)",
            elsewhere()
        ),
        (Asking::Exchange, "invalid_code") => format!(
            " (the code was used already, is older than some minutes, or the user lives in {}: ask for a new one)",
            elsewhere()
        ),
        (Asking::Revoke, "invalid_code") => format!(" (the token has ended already, or is of {})", elsewhere()),
        (_, "invalid_redirect_uri") => {
            " (it has to be the one that the user was sent to, and registered for the app, to the letter)".to_owned()
        }
        (_, "access_denied") => " (the user said no)".to_owned(),
        (_, "expired") => " (the user took too long: begin again)".to_owned(),
        (_, code) if code.eq_ignore_ascii_case("Access Denied") => {
            " (the refresh token was used more than ten times in ten minutes, and each further use begins those anew; programs that \
             share it need one TokenStore)"
                .to_owned()
        }
        _ => return Cow::Borrowed(""),
    }
    .into()
}

impl Failure {
    fn answered(error: AuthError) -> Self {
        Self {
            error,
            sent: Sent::Answered,
            is_denial: false,
            user_location: None,
        }
    }
}

impl Asking {
    fn path(self) -> &'static str {
        match self {
            Self::Exchange | Self::Refresh | Self::ClientCredentials => "/oauth/v2/token",
            Self::DeviceCode => "/oauth/v3/device/code",
            Self::DevicePoll => "/oauth/v3/device/token",
            Self::Revoke => "/oauth/v2/token/revoke",
        }
    }

    /// What for, as the end of a clause.
    fn aim(self) -> &'static str {
        match self {
            Self::Exchange => " to exchange the code",
            Self::Refresh => " to renew the access token",
            Self::ClientCredentials => " to give the app an access token",
            Self::DeviceCode => " to give the device a code",
            Self::DevicePoll => " to let the device in",
            Self::Revoke => " to revoke the token",
        }
    }
}

/// How long the token lives: in seconds, but that older answers tell milliseconds, and the seconds
/// beside. A year at most, whatever is told: it is added to a time.
fn lifetime(answer: &Map<String, Value>) -> Duration {
    let number = |name| answer.get(name).and_then(as_number);
    let told = match (number("expires_in_sec"), number("expires_in")) {
        (Some(seconds), _) => Duration::from_secs(seconds),
        (None, Some(time)) => time_in_some_unit(time),
        (None, None) => Duration::from_hours(1),
    };
    told.min(Duration::from_hours(24 * 365))
}

/// Seconds, or milliseconds if that would be more than a day.
pub(super) fn time_in_some_unit(number: u64) -> Duration {
    if number > 24 * 60 * 60 {
        Duration::from_millis(number)
    } else {
        Duration::from_secs(number)
    }
}

/// A number, as such or in a text.
pub(super) fn as_number(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lifetimes_come_in_two_units() {
        for (answer, seconds) in [
            (json!({ "expires_in": 3600 }), 3600),
            (json!({ "expires_in": "3600" }), 3600),
            (json!({ "expires_in": 3_600_000 }), 3600),
            (
                json!({ "expires_in": 3_600_000, "expires_in_sec": 3600 }),
                3600,
            ),
            (json!({}), 3600),
            (json!({ "expires_in": "soon" }), 3600),
        ] {
            assert_eq!(
                lifetime(answer.as_object().unwrap()).as_secs(),
                seconds,
                "{answer}"
            );
        }
    }

    #[test]
    fn a_code_is_shown_if_it_is_one() {
        assert!(is_code("invalid_client") && is_code("Access Denied"));
        assert!(!is_code("") && !is_code("1000.41d9") && !is_code("a\nb"));
        let form = Form::of(&App::new("1000.APP", "canary"));
        let answer = Response::new(Bytes::from_static(br#"{"error": "canary"}"#));
        let failure = read(&DataCenter::US, Asking::Refresh, &form, &answer)
            .err()
            .unwrap();
        assert!(!format!("{} {:?}", failure.error, failure.error).contains("canary"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_likely_cause() {
        let told = |asking, code: &str| {
            let answer = Response::new(Bytes::from(json!({ "error": code }).to_string()));
            read(&DataCenter::EU, asking, &Form::default(), &answer)
                .err()
                .unwrap()
                .error
        };
        let error = told(Asking::Refresh, "invalid_code");
        assert_eq!(
            error.to_string(),
            "accounts.zoho.eu refused to renew the access token: invalid_code (the refresh token was revoked, pushed out by 20 newer ones, or \
             is of another data centre than EU: set the one where the user lives, or sign in again)"
        );
        assert!(error.needs_sign_in());
        assert!(
            told(Asking::Exchange, "invalid_client")
                .to_string()
                .contains("another data centre than EU")
        );
        assert_eq!(
            told(Asking::Refresh, "Access Denied").kind(),
            AuthErrorKind::TooMany
        );
        assert_eq!(
            told(Asking::Refresh, "general_error").to_string(),
            "accounts.zoho.eu refused to renew the access token: general_error"
        );
    }
}
