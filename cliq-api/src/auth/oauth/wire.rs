//! Requests to an authorization server, and its answers.
//!
//! Parameters go in the body. A refusal is an answer with an `error`, whatever its status: some
//! servers send it with 200. Of an answer nothing gets into an error's text but the code of a
//! refusal.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use form_urlencoded::{Serializer, byte_serialize};
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT,
};
use http::{Request, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::client::OAuthClient;
use super::dialect::{OAuthRequest, Parameters, ServerHint};
use super::server::{ClientAuthentication, OAuthServer};
use crate::auth::keys::basic;
use crate::auth::{AccessToken, AuthError, AuthErrorKind, ScopeSet};
use crate::body::Body;
use crate::response::json;
use crate::secrets::Secrets;
pub(in crate::auth) use crate::transport::Sent;
use crate::transport::{self, Transport, TransportError};

/// How large an answer may be, in bytes.
const MAX_ANSWER: usize = 1 << 20;
/// How large an `error_description` may be, in bytes, to be kept.
const DESCRIPTION: usize = 1024;
/// The longest lifetime that is accepted: it is added to a time.
const LONGEST: Duration = Duration::from_hours(24 * 365);

/// A request to an authorization server.
pub(in crate::auth) struct Call<'c> {
    pub(in crate::auth) transport: &'c Arc<dyn Transport>,
    pub(in crate::auth) client: &'c OAuthClient,
    pub(in crate::auth) server: &'c OAuthServer,
    pub(in crate::auth) request: OAuthRequest,
    pub(in crate::auth) timeout: Duration,
}

/// Why there is no answer, or none that helps.
pub(in crate::auth) struct Failure {
    pub(in crate::auth) error: AuthError,
    pub(in crate::auth) sent: Sent,
    /// The server reported too many requests.
    pub(in crate::auth) throttled: bool,
    pub(in crate::auth) retry_after: Option<Duration>,
    /// Where else the account is.
    pub(super) server: Option<ServerHint>,
}

/// An answer with a token (RFC 6749, section 5.1).
pub(in crate::auth) struct TokenAnswer {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    lifetime: Option<Duration>,
    scopes: Option<ScopeSet>,
}

impl TokenAnswer {
    /// The tokens. `requested` are the scopes of the request, which an answer may leave out.
    pub(in crate::auth) fn into_tokens(
        self,
        now: SystemTime,
        requested: Option<&ScopeSet>,
    ) -> (AccessToken, Option<SecretString>) {
        let mut token = AccessToken::new(self.access_token);
        if let Some(lifetime) = self.lifetime {
            token = token.valid_until(now + lifetime);
        }
        if let Some(scopes) = self.scopes.or_else(|| requested.cloned()) {
            token = token.with_scopes(scopes);
        }
        (token, self.refresh_token)
    }
}

/// Sends the request and reads the whole answer.
async fn exchange(
    transport: &Arc<dyn Transport>,
    request: Request<Body>,
) -> Result<Response<Bytes>, TransportError> {
    let (head, body) = transport.send(request).await?.into_parts();
    let body = body
        .collect_up_to(MAX_ANSWER)
        .await
        .map_err(TransportError::of_body)?;
    Ok(Response::from_parts(head, body))
}

impl Call<'_> {
    /// Requests an access token.
    pub(in crate::auth) async fn token(
        &self,
        parameters: Parameters,
    ) -> Result<TokenAnswer, Failure> {
        let mut answer = self.post(parameters).await?;
        let mut text = |name| match answer.remove(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(SecretString::from(text)),
            _ => None,
        };
        let (access_token, refresh_token) = (text("access_token"), text("refresh_token"));
        let Some(access_token) = access_token else {
            let problem = format!(
                "{} answered without an access token{}",
                self.host(),
                self.aim()
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
            lifetime: answer.get("expires_in").and_then(seconds),
            scopes,
        })
    }

    /// Sends the parameters, and returns the members of the answer if it is not a refusal.
    pub(super) async fn post(
        &self,
        mut parameters: Parameters,
    ) -> Result<Map<String, Value>, Failure> {
        let request = self.prepare(&mut parameters).map_err(Failure::unsent)?;
        let (host, aim) = (self.host(), self.aim());
        let exchange = exchange(self.transport, request);
        let unreachable = |problem| AuthError::new(AuthErrorKind::Unreachable, problem);
        let answer = match tokio::time::timeout(self.timeout, exchange).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                let error = error.redacted(&self.secrets(&parameters));
                // What arrived of an answer is dropped: it may contain tokens.
                let sent = error.sent();
                let problem = unreachable(format!("{host} can't be reached{aim}: {error}"));
                let error = match error.into_source() {
                    Some(source) => problem.caused_by(source),
                    None => problem,
                };
                return Err(Failure {
                    sent,
                    ..Failure::answered(error)
                });
            }
            Err(_) => {
                let timeout = self.timeout;
                let error = unreachable(format!("{host} gave no answer within {timeout:?}{aim}"));
                return Err(Failure {
                    sent: Sent::Maybe,
                    ..Failure::answered(error)
                });
            }
        };
        self.read(&parameters, &answer)
    }

    /// The secrets of the request, be they in its body or in a header.
    fn secrets(&self, parameters: &Parameters) -> Secrets {
        let mut secrets = Secrets::default();
        parameters.secrets().for_each(|secret| secrets.add(secret));
        if let Some(secret) = self.client.secret() {
            secrets.add(secret.expose_secret());
            let (id, secret_text) = (self.client.client_id(), secret.expose_secret());
            secrets.add(&format!("{id}:{secret_text}"));
            if let Ok(header) = authenticate(self.client.client_id(), secret) {
                secrets.add_header(&header);
            }
        }
        secrets
    }

    fn prepare(&self, parameters: &mut Parameters) -> Result<Request<Body>, AuthError> {
        const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        const AGENT: HeaderValue = HeaderValue::from_static(transport::USER_AGENT);
        let dialect = self.server.its_dialect();
        let secret = self.client.secret();
        let secret = secret.filter(|_| dialect.authenticates(self.request));
        let mut authorization = None;
        match (secret, self.server.authentication()) {
            (Some(secret), ClientAuthentication::Basic) => {
                authorization = Some(authenticate(self.client.client_id(), secret)?);
            }
            (secret, _) => {
                parameters.set("client_id", self.client.client_id());
                if let Some(secret) = secret {
                    parameters.set_secret("client_secret", secret.clone());
                }
            }
        }
        for (name, value) in self.server.parameters_for(self.request) {
            parameters.set(name.to_owned(), value);
        }
        dialect.prepare(self.request, parameters)?;

        let body = Serializer::new(String::new())
            .extend_pairs(parameters.pairs())
            .finish();
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = http::Method::POST;
        // Its error would repeat the URL.
        *request.uri_mut() = self.server.url(self.request)?.parse().map_err(|_| {
            AuthError::configuration("a URL of the authorization server is not a URL")
        })?;
        let headers = request.headers_mut();
        headers.extend([(CONTENT_TYPE, FORM), (ACCEPT, JSON), (USER_AGENT, AGENT)]);
        headers.extend(authorization.map(|value| (AUTHORIZATION, value)));
        Ok(request)
    }

    fn read(
        &self,
        parameters: &Parameters,
        answer: &Response<Bytes>,
    ) -> Result<Map<String, Value>, Failure> {
        let (host, aim, status) = (self.host(), self.aim(), answer.status());
        let mut members = match json::parse(answer.body()) {
            Ok(Value::Object(members)) => members,
            _ => Map::new(),
        };
        let retry_after = retry_after(answer.headers());
        if let Some(code) = self.error_of(&members) {
            return Err(Failure {
                retry_after,
                ..self.refused(parameters, status, code, &members)
            });
        }
        if !status.is_success() {
            let throttled = status == StatusCode::TOO_MANY_REQUESTS;
            let kind = if throttled {
                AuthErrorKind::TooMany
            } else {
                AuthErrorKind::Refused
            };
            let problem = format!("{host} answered with status {}{aim}", status.as_u16());
            let error = AuthError::new(kind, problem).with_transient(status.is_server_error());
            return Err(Failure {
                throttled,
                retry_after,
                ..Failure::answered(error)
            });
        }
        // A revocation needs no body (RFC 7009, section 2.2). But what a gateway sends instead of
        // the server must not pass for one.
        let is_read = match self.request {
            OAuthRequest::Revocation => is_own(answer),
            _ => !members.is_empty(),
        };
        if !is_read {
            let problem = format!(
                "{host} answered with no JSON object{aim} (is it an authorization server?)"
            );
            // A gateway's page, or a captive portal's, passes.
            return Err(Failure::answered(
                AuthError::new(AuthErrorKind::Unreadable, problem).with_transient(true),
            ));
        }
        self.server.its_dialect().read(self.request, &mut members);
        Ok(members)
    }

    /// The code of a refusal, empty where it is no text. A token that comes with `"error": null` is
    /// a token; of a revocation nothing else tells whether it succeeded.
    fn error_of<'m>(&self, members: &'m Map<String, Value>) -> Option<&'m str> {
        match members.get("error")? {
            Value::String(code) => Some(code),
            Value::Null if self.request != OAuthRequest::Revocation => None,
            _ => Some(""),
        }
    }

    fn refused(
        &self,
        parameters: &Parameters,
        status: StatusCode,
        code: &str,
        members: &Map<String, Value>,
    ) -> Failure {
        let dialect = self.server.its_dialect();
        let mut refusal = dialect.refusal(self.request, code, members);
        // The status decides, whatever the code is.
        if status == StatusCode::TOO_MANY_REQUESTS && refusal.kind == AuthErrorKind::Refused {
            refusal.kind = AuthErrorKind::TooMany;
        }
        refusal.transient |= status.is_server_error() && !refusal.needs_sign_in;
        let secrets = self.secrets(parameters);
        let is_shown = is_code(code) && !secrets.are_in(code) && !secrets.contain(code);
        let shown = if is_shown {
            code
        } else {
            "an error that is not shown"
        };
        // A dialect may have made it from the answer.
        if let Cow::Owned(advice) = &mut refusal.advice {
            secrets.redact_in(advice);
        }
        let advice = match &*refusal.advice {
            "" => String::new(),
            advice => format!(" ({advice})"),
        };
        let problem = format!("{} refused{}: {shown}{advice}", self.host(), self.aim());
        let description = members
            .get("error_description")
            .and_then(Value::as_str)
            .filter(|text| text.len() <= DESCRIPTION)
            .map(str::to_owned);
        let error = AuthError::new(refusal.kind, problem)
            .with_code(is_shown.then(|| code.to_owned()))
            .with_description(description)
            .with_sign_in_needed(refusal.needs_sign_in)
            .with_transient(refusal.transient)
            .redacted(&secrets);
        Failure {
            throttled: refusal.kind == AuthErrorKind::TooMany,
            server: refusal.server,
            ..Failure::answered(error)
        }
    }

    fn host(&self) -> &str {
        self.server.host()
    }

    /// What the request is for, as the end of a clause.
    fn aim(&self) -> &'static str {
        self.request.aim()
    }
}

/// Both are encoded as in a form first (RFC 6749, section 2.3.1).
fn authenticate(id: &str, secret: &SecretString) -> Result<HeaderValue, AuthError> {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(id), encode(secret.expose_secret())).into();
    let mut value = HeaderValue::try_from(basic(&pair))
        .map_err(|_| AuthError::configuration("the client secret can't go into a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Whether it looks like the name of an error. Tokens contain digits.
fn is_code(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b' ' | b'-');
    !text.is_empty() && text.len() <= 40 && text.bytes().all(fits)
}

/// Whether it may come from an authorization server: empty, JSON, or marked as plain text.
fn is_own(answer: &Response<Bytes>) -> bool {
    let body = answer.body().trim_ascii();
    let content_type = answer.headers().get(CONTENT_TYPE);
    let is_text = content_type
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("text/plain"));
    body.is_empty()
        || serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
        || is_text && !body.starts_with(b"<")
}

/// In seconds (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds = text.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(Duration::from_hours(24)))
}

/// A number of seconds, as a number or in a string, perhaps with a fraction. What can't be a time
/// that was meant, such as 0 or less, is unknown: taken at its word, a token would have to be
/// renewed for each call, and a device polled without a pause.
pub(super) fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    if seconds.is_nan() || seconds < 1.0 {
        return None;
    }
    let time = Duration::try_from_secs_f64(seconds.trunc()).unwrap_or(LONGEST);
    Some(time.min(LONGEST))
}

impl Failure {
    fn answered(error: AuthError) -> Self {
        Self {
            error,
            sent: Sent::Answered,
            throttled: false,
            retry_after: None,
            server: None,
        }
    }

    fn unsent(error: AuthError) -> Self {
        Self {
            sent: Sent::No,
            ..Self::answered(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::transport::Exchange;

    struct Nowhere;

    impl Transport for Nowhere {
        fn send(&self, _: Request<Body>) -> Exchange<'_> {
            unreachable!("nothing is sent")
        }
    }

    fn call<T>(client: &OAuthClient, request: OAuthRequest, work: impl Fn(&Call<'_>) -> T) -> T {
        let transport: Arc<dyn Transport> = Arc::new(Nowhere);
        work(&Call {
            transport: &transport,
            client,
            server: client.server(),
            request,
            timeout: Duration::from_secs(1),
        })
    }

    fn client() -> OAuthClient {
        OAuthClient::new("https://auth.example.com/token", "desk", "canary")
    }

    fn refusal(request: OAuthRequest, answer: &Value) -> AuthError {
        let answer = Response::new(Bytes::from(answer.to_string()));
        call(&client(), request, |call| {
            let parameters = Parameters::default().with_secret("refresh_token", &"c4n4ry".into());
            call.read(&parameters, &answer).err().unwrap().error
        })
    }

    /// Fails each request, or never answers.
    struct Broken(Option<Sent>);

    impl Transport for Broken {
        fn send(&self, _: Request<Body>) -> Exchange<'_> {
            let sent = self.0;
            Box::pin(async move {
                match sent {
                    Some(sent) => Err(TransportError::new(sent, "it broke")),
                    None => std::future::pending().await,
                }
            })
        }
    }

    /// Asks the client's server for an access token, by a refresh token.
    async fn refresh(
        client: &OAuthClient,
        transport: impl Transport,
    ) -> Result<TokenAnswer, Failure> {
        let transport: Arc<dyn Transport> = Arc::new(transport);
        let call = Call {
            transport: &transport,
            client,
            server: client.server(),
            request: OAuthRequest::RefreshToken,
            timeout: Duration::from_secs(1),
        };
        call.token(Parameters::default()).await
    }

    /// Only what was certainly not sent may be sent again without a thought.
    #[tokio::test(start_paused = true)]
    async fn a_failure_reports_whether_the_request_was_sent() {
        for (fails, expected) in [
            (Some(Sent::No), Sent::No),
            (Some(Sent::Maybe), Sent::Maybe),
            (Some(Sent::Answered), Sent::Answered),
            (None, Sent::Maybe),
        ] {
            let refreshed = refresh(&client(), Broken(fails)).await;
            let failure = refreshed.err().unwrap();
            assert_eq!(failure.sent, expected);
            assert_eq!(failure.error.kind(), AuthErrorKind::Unreachable);
            assert!(!failure.throttled && failure.retry_after.is_none());
        }
        let nowhere = OAuthClient::new("not a URL", "desk", "canary");
        let failure = refresh(&nowhere, Nowhere).await.err().unwrap();
        assert_eq!(failure.sent, Sent::No);
        assert_eq!(failure.error.kind(), AuthErrorKind::Configuration);
    }

    struct Answering(Value);

    impl Transport for Answering {
        fn send(&self, _: Request<Body>) -> Exchange<'_> {
            Box::pin(async { Ok(Response::new(self.0.to_string().into())) })
        }
    }

    /// The tokens and scopes in an answer, if it has an access token.
    async fn tokens(answer: Value) -> Option<(String, Option<String>, Option<String>)> {
        match refresh(&client(), Answering(answer)).await {
            Ok(answer) => {
                let (access, refresh) = answer.into_tokens(SystemTime::now(), None);
                let scopes = access.scopes().map(ToString::to_string);
                let refresh = refresh.map(|token| token.expose_secret().to_owned());
                Some((access.expose_secret().to_owned(), refresh, scopes))
            }
            Err(failure) => {
                assert_eq!(failure.error.kind(), AuthErrorKind::Unreadable);
                assert_eq!(failure.sent, Sent::Answered);
                None
            }
        }
    }

    #[tokio::test]
    async fn an_empty_token_is_none() {
        for access in [json!(""), json!(null), json!(1), json!(["a"])] {
            let answer = json!({ "access_token": access, "refresh_token": "b" });
            assert_eq!(tokens(answer).await, None, "{access}");
        }
        for (refresh, scope) in [(json!(""), json!(" ")), (json!(null), json!(null))] {
            let answer = json!({ "access_token": "a", "refresh_token": refresh, "scope": scope });
            assert_eq!(tokens(answer).await, Some(("a".into(), None, None)));
        }
        let answer = json!({ "access_token": "a", "refresh_token": "b", "scope": "c" });
        let all = ("a".to_owned(), Some("b".to_owned()), Some("c".to_owned()));
        assert_eq!(tokens(answer).await, Some(all));
    }

    /// What its status, its `Retry-After` and its code mean.
    #[test]
    fn a_failure_reports_whether_and_when_another_request_may_succeed() {
        use AuthErrorKind::{Refused, TooMany};
        for (status, code, kind, transient, needs_sign_in) in [
            (429, None, TooMany, false, false),
            (429, Some("invalid_request"), TooMany, false, false),
            (
                429,
                Some("access_denied"),
                AuthErrorKind::Denied,
                false,
                true,
            ),
            (400, None, Refused, false, false),
            (400, Some("invalid_request"), Refused, false, false),
            (503, None, Refused, true, false),
            (503, Some("invalid_request"), Refused, true, false),
            (503, Some("invalid_grant"), Refused, false, true),
            (400, Some("server_error"), Refused, true, false),
        ] {
            let answer = Response::builder().status(status).header(RETRY_AFTER, "7");
            let body = json!({ "error": code.unwrap_or_default() }).to_string();
            let body = if code.is_some() { body } else { String::new() };
            let answer = answer.body(Bytes::from(body)).unwrap();
            let failure = call(&client(), OAuthRequest::RefreshToken, |call| {
                call.read(&Parameters::default(), &answer).err().unwrap()
            });
            let error = &failure.error;
            let case = format!("{status} {code:?}");
            assert_eq!((error.kind(), error.code()), (kind, code), "{case}");
            assert_eq!(error.is_transient(), transient, "{case}");
            assert_eq!(error.needs_sign_in(), needs_sign_in, "{case}");
            assert_eq!(failure.throttled, kind == TooMany, "{case}");
            assert_eq!(failure.retry_after, Some(Duration::from_secs(7)), "{case}");
            assert_eq!(failure.sent, Sent::Answered, "{case}");
        }
    }

    #[test]
    fn a_wait_is_at_most_a_day() {
        for (text, seconds) in [
            ("0", Some(0)),
            (" 30 ", Some(30)),
            ("86400", Some(86_400)),
            ("86401", Some(86_400)),
            ("soon", None),
            ("-1", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]);
            let expected = seconds.map(Duration::from_secs);
            assert_eq!(retry_after(&headers), expected, "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn lifetimes_are_seconds() {
        let year = 365 * 24 * 3600;
        for (value, expected) in [
            (json!(3600), Some(3600)),
            (json!("3600"), Some(3600)),
            (json!(" 3600 "), Some(3600)),
            (json!(3599.9), Some(3599)),
            (json!("3599.9"), Some(3599)),
            (json!(1), Some(1)),
            (json!(0), None),
            (json!("0"), None),
            (json!(0.9), None),
            (json!(-1), None),
            (json!("-3600"), None),
            (json!("soon"), None),
            (json!("NaN"), None),
            (json!(null), None),
            (json!([3600]), None),
            (json!(365 * 24 * 3600), Some(year)),
            (json!(u64::MAX), Some(year)),
            (json!("18446744073709551616"), Some(year)),
            (json!(1e300), Some(year)),
            (json!("inf"), Some(year)),
        ] {
            assert_eq!(
                seconds(&value).map(|time| time.as_secs()),
                expected,
                "{value}"
            );
        }
    }

    /// As bodies of an API.
    #[test]
    fn an_answer_with_a_byte_order_mark_or_half_a_surrogate_pair_is_read() {
        let body = "\u{feff}{\"access_token\": \"a\", \"x\": \"\\ud83d\"}";
        let answer = Response::new(Bytes::from(body));
        let members = call(&client(), OAuthRequest::RefreshToken, |call| {
            let read = call.read(&Parameters::default(), &answer);
            read.unwrap_or_else(|failure| panic!("{}", failure.error))
        });
        assert_eq!(members["access_token"], "a");
        assert_eq!(members["x"], "\u{fffd}");
    }

    #[test]
    fn a_revocation_is_believed_only_from_the_server() {
        let revoked = |content_type: &'static str, body: &'static str| {
            let answer = Response::builder().header(CONTENT_TYPE, content_type);
            let answer = answer.body(Bytes::from_static(body.as_bytes())).unwrap();
            call(&client(), OAuthRequest::Revocation, |call| {
                let read = call.read(&Parameters::default(), &answer);
                read.map(drop).map_err(|failure| failure.error.to_string())
            })
        };
        for (content_type, body) in [
            ("", ""),
            ("text/html", " \r\n"),
            ("application/json", "{}"),
            ("text/html", r#"{"status": "success"}"#),
            ("application/json", "true"),
            ("text/plain; charset=utf-8", "OK"),
        ] {
            assert_eq!(revoked(content_type, body), Ok(()), "{body}");
        }
        for (content_type, body) in [
            ("text/html", "<html>Sign in</html>"),
            ("", "<html>Sign in</html>"),
            ("text/plain", " <!DOCTYPE html>"),
            ("application/json", "{"),
            ("application/json", r#"{"error": null}"#),
            ("application/json", r#"{"error": {"code": 1}}"#),
            ("application/json", r#"{"error": ""}"#),
            ("application/json", r#"{"error": "invalid_token"}"#),
        ] {
            assert!(revoked(content_type, body).is_err(), "{body}");
        }
    }

    #[test]
    fn an_error_that_is_null_takes_no_token_away() {
        let read = |body: Value| {
            let answer = Response::new(Bytes::from(body.to_string()));
            call(&client(), OAuthRequest::RefreshToken, |call| {
                call.read(&Parameters::default(), &answer).is_ok()
            })
        };
        assert!(read(json!({ "access_token": "a", "error": null })));
        assert!(!read(json!({ "access_token": "a", "error": {} })));
    }

    #[test]
    fn a_code_is_shown_if_it_is_one() {
        assert!(is_code("invalid_client") && is_code("Access Denied"));
        assert!(!is_code("") && !is_code("41d9") && !is_code("a\nb"));
        assert!(is_code(&"a".repeat(40)) && !is_code(&"a".repeat(41)));
        let error = refusal(OAuthRequest::RefreshToken, &json!({ "error": "canary" }));
        assert!(!format!("{error} {error:?}").contains("canary"));
        assert_eq!(error.code(), None);
    }

    #[test]
    fn a_refusal_has_its_likely_cause() {
        let error = refusal(
            OAuthRequest::RefreshToken,
            &json!({ "error": "invalid_grant" }),
        );
        assert_eq!(
            error.to_string(),
            "auth.example.com refused to renew the access token: invalid_grant (the refresh token has expired, was revoked or replaced by a newer \
             one, or belongs to another client: sign in again)"
        );
        assert!(error.needs_sign_in());
        let error = refusal(
            OAuthRequest::RefreshToken,
            &json!({ "error": "general_error" }),
        );
        assert_eq!(
            error.to_string(),
            "auth.example.com refused to renew the access token: general_error"
        );
    }

    /// RFC 6749, section 5.2: text for a developer, which may repeat anything.
    #[test]
    fn a_description_is_there_for_who_asks_and_never_with_a_secret() {
        let described = |text: &str| {
            let answer = json!({ "error": "invalid_grant", "error_description": text });
            let error = refusal(OAuthRequest::RefreshToken, &answer);
            assert!(!format!("{error} {error:?}").contains("stale"));
            error.description().map(str::to_owned)
        };
        assert_eq!(described("it is stale").as_deref(), Some("it is stale"));
        assert_eq!(described("c4n4ry is stale"), None);
        assert_eq!(described("stale: canary"), None);
        let long = "stale".repeat(1000);
        assert_eq!(described(&long), None);
        assert_eq!(described(&long[..1025]), None);
        assert_eq!(described(&long[..1024]).as_deref(), Some(&long[..1024]));
    }

    /// RFC 6749, section 2.3.1, with its example's credentials.
    #[test]
    fn a_client_authenticates_in_the_body_or_in_a_header() {
        let server = OAuthServer::new("https://auth.example.com/token");
        let basic = server
            .clone()
            .client_authentication(ClientAuthentication::Basic);
        let prepare = |client: &OAuthClient| {
            call(client, OAuthRequest::RefreshToken, |call| {
                let mut parameters = Parameters::default().with("grant_type", "refresh_token");
                call.prepare(&mut parameters).unwrap()
            })
        };
        let (id, secret) = ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw");
        let request = prepare(&OAuthClient::new(server.clone(), id, secret));
        assert_eq!(
            request.body().as_bytes().unwrap(),
            &*format!("grant_type=refresh_token&client_id={id}&client_secret={secret}")
        );
        assert!(request.headers().get(AUTHORIZATION).is_none());
        let request = prepare(&OAuthClient::new(basic.clone(), id, secret));
        assert_eq!(
            request.body().as_bytes().unwrap(),
            "grant_type=refresh_token"
        );
        let header = &request.headers()[AUTHORIZATION];
        assert_eq!(header, "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
        assert!(header.is_sensitive());
        // A public client names itself, and no more.
        let request = prepare(&OAuthClient::public(basic, id));
        assert_eq!(
            request.body().as_bytes().unwrap(),
            &*format!("grant_type=refresh_token&client_id={id}")
        );
    }
}
