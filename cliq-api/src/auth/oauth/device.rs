//! Devices without a browser: they show a code, which their user types in elsewhere, and ask until
//! that is done.

use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use super::wire::{Asking, Form, as_number, ask_for_token, post, time_in_some_unit};
use super::{OAuth, SignedIn};
use crate::auth::{AuthError, AuthErrorKind, ScopeSet};
use crate::data_center::DataCenter;

/// Zoho's: at most one poll in 30 seconds. With one on top, for clocks that differ.
const INTERVAL: Duration = Duration::from_secs(31);
/// How much longer the interval gets when the server wants it slower.
const SLOWER: Duration = Duration::from_secs(5);

/// A device that waits to be let in.
///
/// ```no_run
/// # async fn example(oauth: cliq_api::auth::OAuth, scopes: cliq_api::auth::ScopeSet) -> Result<(), cliq_api::auth::AuthError> {
/// let device = oauth.start_device(&scopes).await?;
/// println!("Please go to {} and type in {}", device.verification_url(), device.user_code());
/// let signed_in = device.wait().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "the device waits for its user only while `wait` is awaited"]
pub struct Device {
    oauth: OAuth,
    code: SecretString,
    user_code: String,
    verification_url: String,
    complete_url: Option<String>,
    interval: Duration,
    next_poll: Instant,
    expires_at: Instant,
    /// Where it asks: at home, until it turns out that its user lives elsewhere.
    place: DataCenter,
}

impl Device {
    pub(super) async fn start(oauth: &OAuth, scopes: &ScopeSet) -> Result<Self, AuthError> {
        let inner = &oauth.0;
        let home = inner.servers.home();
        // The client secret isn't needed as yet, so it isn't sent.
        let form = Form::default()
            .with("grant_type", "device_request")
            .with("client_id", inner.app.client_id())
            .with("scope", &scopes.to_string())
            .with("access_type", "offline")
            .with("prompt", "consent");
        let answer = post(
            &inner.transport,
            home,
            Asking::DeviceCode,
            &form,
            inner.timeout,
        )
        .await;
        let answer = answer.map_err(|failure| failure.error)?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        let time = |name: &str| answer.get(name).and_then(as_number);
        let needed = |name: &'static str| {
            text(name).ok_or_else(|| {
                let problem = format!(
                    "{} started a device without a `{name}`",
                    home.accounts_host()
                );
                AuthError::new(AuthErrorKind::Unreadable, problem)
            })
        };
        // An interval of more than a thousand is one of milliseconds.
        let interval = time("interval").map_or(INTERVAL, |interval| match interval {
            0..1000 => Duration::from_secs(interval),
            _ => Duration::from_millis(interval),
        });
        let now = Instant::now();
        Ok(Self {
            code: needed("device_code")?.into(),
            user_code: needed("user_code")?,
            verification_url: text("verification_url")
                .or_else(|| text("verification_uri"))
                .unwrap_or_else(|| format!("{}/oauth/v3/device", home.accounts_url())),
            complete_url: text("verification_uri_complete"),
            interval: interval.max(INTERVAL),
            next_poll: now + interval.max(INTERVAL),
            expires_at: now + time("expires_in").map_or(Duration::from_mins(5), time_in_some_unit),
            place: home.clone(),
            oauth: oauth.clone(),
        })
    }

    /// What the user has to type in.
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// Where they have to type it in.
    pub fn verification_url(&self) -> &str {
        &self.verification_url
    }

    /// The same with the code in it, for a QR code; where the server gives one.
    pub fn complete_url(&self) -> Option<&str> {
        self.complete_url.as_deref()
    }

    /// Asks until the user has let the device in, no more often than the server wants: every 31
    /// seconds.
    ///
    /// # Errors
    ///
    /// If the user says no, or nothing until the code runs out (after five minutes). What may pass,
    /// such as a network that is away, is waited out.
    pub async fn wait(mut self) -> Result<SignedIn, AuthError> {
        loop {
            if self.next_poll >= self.expires_at {
                let problem =
                    "the device's code ran out before the user had typed it in; begin again";
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

    /// Asks once. `None` if it is not decided as yet.
    async fn poll(&mut self) -> Result<Option<SignedIn>, AuthError> {
        let inner = &self.oauth.0;
        let form = Form::of(&inner.app)
            .with("grant_type", "device_token")
            .with("code", self.code.expose_secret());
        let answer = ask_for_token(
            &inner.transport,
            &self.place,
            Asking::DevicePoll,
            &form,
            inner.timeout,
        )
        .await;
        let failure = match answer {
            Ok(answer) => {
                let (access_token, refresh_token) =
                    answer.into_tokens(std::time::SystemTime::now());
                let (app, data_center) = (inner.app.clone(), self.place.clone());
                return Ok(Some(SignedIn {
                    app,
                    access_token,
                    refresh_token,
                    data_center,
                }));
            }
            Err(failure) => failure,
        };
        match failure.error.code() {
            Some("authorization_pending") => {}
            Some("slow_down") => self.interval += SLOWER,
            Some("other_dc") => {
                let place = failure
                    .user_location
                    .as_deref()
                    .and_then(|location| inner.servers.of(location));
                let place = place.filter(|place| **place != self.place).ok_or_else(|| {
                    let problem = "the device's user lives in a data centre that is not known, and secrets are sent to none of those (if it is \
                                   right, name it with `OAuthBuilder::trust`)";
                    AuthError::new(AuthErrorKind::Refused, problem)
                })?;
                self.place = place.clone();
            }
            // If it is the user's yes that was lost on the way, the next poll says so.
            _ if failure.error.is_transient() => {}
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
            .field("verification_url", &self.verification_url)
            .finish_non_exhaustive()
    }
}
