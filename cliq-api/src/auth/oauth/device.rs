//! Devices without a browser (RFC 8628): they show a code, which their user enters elsewhere, and
//! poll until that is done.

use std::fmt;
use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use super::dialect::{OAuthRequest, Parameters};
use super::server::OAuthServer;
use super::wire::seconds;
use super::{OAuth, SignedIn};
use crate::auth::{AuthError, AuthErrorKind, ScopeSet};
use crate::transport::Sent;

/// How often it polls where the server gives no interval (section 3.2).
const INTERVAL: Duration = Duration::from_secs(5);
/// How much longer the interval gets with each `slow_down` (section 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// How long a code is valid if the server omits the required `expires_in`.
const LIFETIME: Duration = Duration::from_mins(5);

/// A device that waits for its user.
///
/// ```no_run
/// # use cliq_api::auth::{AuthError, OAuth, ScopeSet};
/// # async fn example(oauth: OAuth, scopes: ScopeSet) -> Result<(), AuthError> {
/// let device = oauth.start_device(&scopes).await?;
/// println!("Please go to {} and enter {}", device.verification_uri(), device.user_code());
/// let signed_in = device.wait().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "the device polls only while `wait` is awaited"]
pub struct Device {
    oauth: OAuth,
    code: SecretString,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    interval: Duration,
    next_poll: Instant,
    expires_at: Instant,
    scopes: ScopeSet,
    /// Where it polls: at the client's server, until that names another one.
    server: OAuthServer,
}

impl OAuth {
    /// Starts to sign in the user of a device without a browser (RFC 8628): show them
    /// [`Device::user_code`] and [`Device::verification_uri`].
    pub async fn start_device(&self, scopes: &ScopeSet) -> Result<Device, AuthError> {
        Device::start(self, scopes).await
    }
}

impl Device {
    async fn start(oauth: &OAuth, scopes: &ScopeSet) -> Result<Self, AuthError> {
        let server = oauth.0.trusted.home();
        let mut parameters = Parameters::default();
        if !scopes.is_empty() {
            parameters.set("scope", server.join(scopes));
        }
        let call = oauth.call(server, OAuthRequest::DeviceAuthorization);
        let answer = call.post(parameters).await;
        let answer = answer.map_err(|failure| failure.error)?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        let needed = |name: &'static str| {
            text(name).ok_or_else(|| {
                let problem = format!("{} started a device without a `{name}`", server.host());
                AuthError::new(AuthErrorKind::Unreadable, problem)
            })
        };
        let time = |name: &str| answer.get(name).and_then(seconds);
        let interval = time("interval").unwrap_or(INTERVAL);
        let now = Instant::now();
        Ok(Self {
            code: needed("device_code")?.into(),
            user_code: needed("user_code")?,
            // Some servers have a draft's name for it.
            verification_uri: text("verification_url")
                .map_or_else(|| needed("verification_uri"), Ok)?,
            verification_uri_complete: text("verification_uri_complete"),
            interval,
            next_poll: now + interval,
            expires_at: now + time("expires_in").unwrap_or(LIFETIME),
            scopes: scopes.clone(),
            server: server.clone(),
            oauth: oauth.clone(),
        })
    }

    /// Returns the code that the user has to enter.
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// Returns where the user has to enter it.
    pub fn verification_uri(&self) -> &str {
        &self.verification_uri
    }

    /// Returns the same with the code in it, for a QR code, where the server gives one.
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.verification_uri_complete.as_deref()
    }

    /// Polls until the user has signed the device in, no more often than the server allows.
    ///
    /// # Errors
    ///
    /// If the user denies access, or the code expires. What may pass, such as a lost connection, is
    /// waited out.
    pub async fn wait(mut self) -> Result<SignedIn, AuthError> {
        loop {
            if self.next_poll >= self.expires_at {
                let problem =
                    "the device's code expired before the user had entered it: start again";
                return Err(
                    AuthError::new(AuthErrorKind::Expired, problem).with_sign_in_needed(true)
                );
            }
            sleep_until(self.next_poll).await;
            if let Some(signed_in) = self.poll().await? {
                return Ok(signed_in);
            }
            self.next_poll = self.next_poll.max(Instant::now() + self.interval);
        }
    }

    /// Polls once. `None` while the user has not decided.
    async fn poll(&mut self) -> Result<Option<SignedIn>, AuthError> {
        let grant_type = "urn:ietf:params:oauth:grant-type:device_code";
        let parameters = Parameters::default()
            .with("grant_type", grant_type)
            .with_secret("device_code", &self.code);
        let call = self.oauth.call(&self.server, OAuthRequest::DeviceToken);
        let failure = match call.token(parameters).await {
            Ok(answer) => {
                let tokens = answer.into_tokens(SystemTime::now(), Some(&self.scopes));
                return Ok(Some(self.oauth.signed_in(tokens, self.server.clone())));
            }
            Err(failure) => failure,
        };
        if let Some(hint) = &failure.server {
            let trusted = &self.oauth.0.trusted;
            let server = trusted
                .find(hint)
                .filter(|server| server.token_url() != self.server.token_url());
            self.server = server.ok_or_else(|| {
                AuthError::new(
                    AuthErrorKind::Refused,
                    "the server that the account of the device's user is at is not known, and secrets are sent to known ones only (if it is right, name it with `OAuthBuilder::trust`)",
                )
            })?;
            return Ok(None);
        }
        match failure.error.code() {
            Some("authorization_pending") => {}
            Some("slow_down") => self.interval = self.interval.saturating_add(SLOWER),
            // After a timeout a device has to poll less often (section 3.5). If it is the answer to
            // the user's consent that was lost, the next poll reports it.
            _ if failure.error.is_transient() => {
                if failure.sent == Sent::Maybe {
                    self.interval = self.interval.saturating_add(SLOWER);
                }
            }
            _ => return Err(failure.error),
        }
        Ok(None)
    }
}

/// Without the device's code.
impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("user_code", &self.user_code)
            .field("verification_uri", &self.verification_uri)
            .finish_non_exhaustive()
    }
}
