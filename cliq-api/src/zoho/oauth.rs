//! Zoho's dialect of OAuth 2.0.
//!
//! An account belongs to one data center; only that accounts server issues its tokens. Errors have
//! status 200. A refresh token yields ten access tokens in ten minutes. Further requests fail with
//! "Access Denied" for ten minutes, and each of them extends that lockout.

use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::DataCenter;
use crate::auth::{
    AuthError, AuthErrorKind, Credentials, Dialect, OAuth, OAuthRequest, OAuthServer, Parameters,
    Refusal, RenewalBudget, ServerHint, SignedIn,
};

/// The window in which Zoho counts uses of a refresh token, and the length of the lockout.
const TEN_MINUTES: Duration = Duration::from_mins(10);
/// How often a device may poll, in seconds. Zoho allows every 30; one more for clock differences.
const POLL_INTERVAL: u64 = 31;
/// Lifetime of a device code in seconds, if the response has none.
const DEVICE_LIFETIME: u64 = 300;

/// Implements the differences of Zoho's accounts servers from the RFCs.
#[derive(Debug)]
struct Zoho {
    data_center: DataCenter,
}

impl Zoho {
    fn elsewhere(&self) -> String {
        match self.data_center.name() {
            Some(name) => format!("another data center than {name}"),
            None => "another data center".to_owned(),
        }
    }
}

impl Dialect for Zoho {
    fn authenticates(&self, request: OAuthRequest) -> bool {
        !matches!(
            request,
            OAuthRequest::DeviceAuthorization | OAuthRequest::Revocation
        )
    }

    fn prepare(&self, request: OAuthRequest, parameters: &mut Parameters) -> Result<(), AuthError> {
        match request {
            OAuthRequest::Authorization | OAuthRequest::DeviceAuthorization => {
                if parameters.get("scope").is_none() {
                    let problem = "no scopes are requested; Zoho requires at least one";
                    return Err(AuthError::new(AuthErrorKind::Configuration, problem));
                }
                if request == OAuthRequest::DeviceAuthorization {
                    parameters.set("grant_type", "device_request");
                }
                // Zoho issues a refresh token only with both.
                parameters.set("access_type", "offline");
                parameters.set("prompt", "consent");
            }
            OAuthRequest::DeviceToken => {
                parameters.set("grant_type", "device_token");
                parameters.rename("device_code", "code");
            }
            // The token identifies the client.
            OAuthRequest::Revocation => parameters.remove("client_id"),
            _ => {}
        }
        Ok(())
    }

    fn read(&self, request: OAuthRequest, answer: &mut Map<String, Value>) {
        let number = |name: &str| answer.get(name).and_then(number);
        // Older responses have `expires_in` in milliseconds, and `expires_in_sec` in seconds.
        let expires_in = number("expires_in_sec").or_else(|| number("expires_in").map(seconds));
        match request {
            OAuthRequest::DeviceAuthorization => {
                // Values from 1000 are milliseconds.
                let interval = number("interval").map_or(0, |interval| match interval {
                    0..1000 => interval,
                    _ => interval / 1000,
                });
                answer.insert("interval".into(), interval.max(POLL_INTERVAL).into());
                let expires_in = expires_in.unwrap_or(DEVICE_LIFETIME);
                answer.insert("expires_in".into(), expires_in.into());
                answer.entry("verification_uri").or_insert_with(|| {
                    format!("{}/oauth/v3/device", self.data_center.accounts_url()).into()
                });
            }
            OAuthRequest::Revocation => {}
            _ => {
                answer.insert("expires_in".into(), expires_in.unwrap_or(3600).into());
            }
        }
    }

    fn refusal(&self, request: OAuthRequest, code: &str, answer: &Map<String, Value>) -> Refusal {
        let refused = Refusal::new(AuthErrorKind::Refused);
        match (request, code) {
            (_, "invalid_client") => refused.advice(format!(
                "the client id is wrong, or the client or the user's account belongs to {}",
                self.elsewhere()
            )),
            (_, "invalid_client_secret") => refused.advice(format!(
                "the client secret is wrong, or belongs to {}",
                self.elsewhere()
            )),
            (OAuthRequest::RefreshToken, "invalid_code") => refused.needs_sign_in().advice(format!(
                "the refresh token was revoked, was displaced by 20 newer ones, or belongs to {}: set \
                 the data center of the user's account, or sign in again",
                self.elsewhere()
            )),
            (OAuthRequest::AuthorizationCode, "invalid_code") => {
                refused.needs_sign_in().advice(format!(
                    "the code was used already, has expired, or the user's account belongs to {}: \
                     request a new one",
                    self.elsewhere()
                ))
            }
            (OAuthRequest::Revocation, "invalid_code") => refused.needs_sign_in().advice(format!(
                "the token is no longer valid, or belongs to {}",
                self.elsewhere()
            )),
            (_, "invalid_code") => refused.needs_sign_in(),
            (_, "invalid_redirect_uri") => refused.advice(
                "it must equal the redirect URI of the authorization request, and one that is \
                 registered for the client",
            ),
            (_, "expired") => Refusal::standard(request, "expired_token"),
            (OAuthRequest::DeviceToken, "other_dc") => {
                let location = answer.get("user_location").and_then(Value::as_str);
                let location = location.unwrap_or_default().to_owned();
                refused.at_server(ServerHint::Location(location))
            }
            (_, code) if code.eq_ignore_ascii_case("Access Denied") => {
                Refusal::new(AuthErrorKind::TooMany).advice(
                    "the refresh token was used more than ten times in ten minutes, and each further \
                     use extends the lockout; programs that use it must share a `TokenStore`",
                )
            }
            _ => Refusal::standard(request, code),
        }
    }

    /// Allows one use fewer than the documented ten, and reserves some for calls without a token.
    fn budget(&self) -> RenewalBudget {
        RenewalBudget::new(9, TEN_MINUTES)
            .early(7)
            .after_refusal(5)
            .lockout(TEN_MINUTES)
    }

    fn callback_server(&self, parameter: &dyn Fn(&str) -> Option<String>) -> Option<ServerHint> {
        let url = parameter("accounts-server").map(ServerHint::Issuer);
        url.or_else(|| parameter("location").map(ServerHint::Location))
    }

    fn servers(&self) -> Vec<(Cow<'static, str>, OAuthServer)> {
        KNOWN
            .iter()
            .map(|(location, server)| (Cow::Borrowed(*location), server.clone()))
            .collect()
    }

    fn no_refresh_token(&self) -> Cow<'static, str> {
        Cow::Borrowed(
            "Zoho issues one only for an authorization request with `access_type=offline` and \
             `prompt=consent`, as `OAuth::authorization` sends them, and never for client credentials",
        )
    }
}

/// The servers of the known data centers, shared because each user's credentials may hold one.
static KNOWN: LazyLock<Vec<(&'static str, OAuthServer)>> = LazyLock::new(|| {
    DataCenter::KNOWN
        .iter()
        .map(|(location, data_center)| (*location, server(data_center.clone())))
        .collect()
});

fn server(data_center: DataCenter) -> OAuthServer {
    let url = data_center.accounts_url();
    let server = OAuthServer::new(format!("{url}/oauth/v2/token"))
        .issuer(&url)
        .authorization_url(format!("{url}/oauth/v2/auth"))
        .device_authorization_url(format!("{url}/oauth/v3/device/code"))
        .device_token_url(format!("{url}/oauth/v3/device/token"))
        .revocation_url(format!("{url}/oauth/v2/token/revoke"))
        .api_url(data_center.cliq_url())
        .scope_separator(",")
        // Zoho documents PKCE only for other types of clients.
        .pkce(false);
    let server = match data_center.check() {
        Ok(()) => server,
        Err(problem) => server.unusable(problem),
    };
    server.dialect(Zoho { data_center })
}

/// Returns the accounts server of the data center.
impl From<DataCenter> for OAuthServer {
    fn from(data_center: DataCenter) -> Self {
        let known = DataCenter::KNOWN
            .iter()
            .position(|(_, known)| *known == data_center);
        match known {
            Some(index) => KNOWN[index].1.clone(),
            None => server(data_center),
        }
    }
}

/// Returns the accounts server of the data center.
impl From<&DataCenter> for OAuthServer {
    fn from(data_center: &DataCenter) -> Self {
        data_center.clone().into()
    }
}

impl Credentials {
    /// Sets the data center of the user's account. Defaults to the client's. The refresh token is
    /// valid only there, and calls are sent there too.
    #[must_use]
    pub fn data_center(self, data_center: DataCenter) -> Self {
        self.server(data_center)
    }
}

impl OAuth {
    /// Exchanges the code of a self client for tokens. Zoho's API console shows the code, which is
    /// valid once, for some minutes.
    ///
    /// # Errors
    ///
    /// Those of [`exchange_code`](Self::exchange_code).
    pub async fn exchange_self_client(
        &self,
        code: impl Into<SecretString>,
    ) -> Result<SignedIn, AuthError> {
        self.exchange_code(code).await
    }
}

impl SignedIn {
    /// Returns the data center of the user's account, which may differ from the client's; `None`
    /// for a server that isn't Zoho's. Store it with the refresh token.
    pub fn data_center(&self) -> Option<&DataCenter> {
        let zoho: &Zoho = self.server().dialect_as()?;
        Some(&zoho.data_center)
    }
}

/// Converts a lifetime to seconds. Values of more than a day are milliseconds.
fn seconds(number: u64) -> u64 {
    if number > 24 * 60 * 60 {
        number / 1000
    } else {
        number
    }
}

/// A whole number of 1 or more, as such or in a string. Less than that is no time that was meant.
fn number(value: &Value) -> Option<u64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    if number.is_nan() || number < 1.0 {
        return None;
    }
    let whole = Duration::try_from_secs_f64(number.trunc());
    Some(whole.map_or(u64::MAX, |whole| whole.as_secs()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn zoho() -> Zoho {
        Zoho {
            data_center: DataCenter::EU,
        }
    }

    #[test]
    fn lifetimes_come_in_two_units() {
        for (answer, expected) in [
            (json!({ "expires_in": 3600 }), 3600),
            (json!({ "expires_in": "3600" }), 3600),
            (json!({ "expires_in": 3_600_000 }), 3600),
            (
                json!({ "expires_in": 3_600_000, "expires_in_sec": 3600 }),
                3600,
            ),
            (json!({}), 3600),
            (json!({ "expires_in": "soon" }), 3600),
            (json!({ "expires_in": 0 }), 3600),
            (json!({ "expires_in": -1 }), 3600),
            (json!({ "expires_in": "-3600" }), 3600),
            (json!({ "expires_in": 3599.5 }), 3599),
            (json!({ "expires_in": "3599.5" }), 3599),
            (json!({ "expires_in": 0.5 }), 3600),
            (
                json!({ "expires_in_sec": 0, "expires_in": 3_600_000 }),
                3600,
            ),
            (json!({ "expires_in": 1e300 }), u64::MAX / 1000),
            (
                json!({ "expires_in": "18446744073709551616" }),
                u64::MAX / 1000,
            ),
        ] {
            let mut members = answer.as_object().unwrap().clone();
            zoho().read(OAuthRequest::RefreshToken, &mut members);
            assert_eq!(members["expires_in"], expected, "{answer}");
        }
    }

    #[test]
    fn a_device_polls_every_31_seconds_at_most() {
        for (answer, interval, expires_in) in [
            (json!({}), 31, 300),
            (json!({ "interval": 30, "expires_in": 300 }), 31, 300),
            (
                json!({ "interval": 30_000, "expires_in": 300_000 }),
                31,
                300,
            ),
            (json!({ "interval": 60, "expires_in": "600" }), 60, 600),
        ] {
            let mut members = answer.as_object().unwrap().clone();
            zoho().read(OAuthRequest::DeviceAuthorization, &mut members);
            assert_eq!(members["interval"], interval, "{answer}");
            assert_eq!(members["expires_in"], expires_in, "{answer}");
            assert_eq!(
                members["verification_uri"],
                "https://accounts.zoho.eu/oauth/v3/device"
            );
        }
    }

    #[test]
    fn the_known_servers_are_shared_and_others_are_made() {
        let known = OAuthServer::from(DataCenter::JP);
        assert_eq!(known.token_url(), "https://accounts.zoho.jp/oauth/v2/token");
        let own = DataCenter::custom("localhost:1", "localhost:2");
        let server = OAuthServer::from(&own);
        assert_eq!(server.token_url(), "http://localhost:2/oauth/v2/token");
        // A network has another base URL, and the same accounts.
        let network = OAuthServer::from(DataCenter::JP.network("acme"));
        assert_eq!(network.token_url(), known.token_url());
        let zoho: &Zoho = network.dialect_as().unwrap();
        assert_eq!(zoho.data_center, DataCenter::JP.network("acme"));
        assert_eq!(zoho.servers().len(), DataCenter::KNOWN.len());
    }
}
