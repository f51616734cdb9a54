//! What of the accounts server can be set.

use std::time::Duration;

use http::StatusCode;

/// How an accounts server behaves. Defaults to what Zoho documents.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// What the user answers to consent pages and devices. Defaults to [`Decision::Allow`].
    pub decision: Decision,
    /// The lifetime of an access token. Defaults to an hour.
    pub access_token_lifetime: Duration,
    /// The lifetime of a code. Defaults to two minutes.
    pub code_lifetime: Duration,
    /// How long a device may wait for its user. Defaults to five minutes.
    pub device_code_lifetime: Duration,
    /// The least time between two polls of a device. Defaults to 30 seconds.
    pub poll_interval: Duration,
    /// How many access tokens a refresh token gives in a [`refresh_window`](Self::refresh_window).
    /// Defaults to ten.
    pub refreshes: usize,
    /// The window for `refreshes`. Defaults to ten minutes.
    pub refresh_window: Duration,
    /// How long a refresh token is denied after too many refreshes, counted from the last one that
    /// was refused. Defaults to ten minutes.
    pub denial: Duration,
    /// Whether a refresh during a denial extends it. Defaults to `true`.
    pub denial_extends: bool,
    /// The status of `Access Denied`. Defaults to 200; 400 was seen as well.
    pub throttle_status: StatusCode,
    /// How many live access tokens a refresh token has. Defaults to 15. A further one ends the
    /// oldest.
    pub live_access_tokens: usize,
    /// How many refresh tokens a user has for an app. Defaults to 20. A further one ends the
    /// oldest.
    pub live_refresh_tokens: usize,
    /// Whether responses with tokens contain the scopes, as some of Zoho's do. Defaults to `true`.
    pub tells_scopes: bool,
    /// The unit and the names of lifetimes in responses.
    pub time_unit: TimeUnit,
    /// The scopes that a token of client credentials reports and is refused for nevertheless.
    /// Defaults to none.
    pub hollow_scopes: Vec<String>,
}

/// A user's answer to a request for consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The user consents.
    Allow,
    /// The user refuses.
    Deny,
}

/// The unit of times in responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeUnit {
    /// `expires_in` and `interval` are seconds, as documented.
    Seconds,
    /// `expires_in` and `interval` are milliseconds, as in older responses and in some to devices.
    /// With a token there is also `expires_in_sec`.
    Milliseconds,
}

impl TimeUnit {
    /// The time in this unit.
    pub(super) fn number(self, time: Duration) -> u128 {
        match self {
            Self::Seconds => u128::from(time.as_secs()),
            Self::Milliseconds => time.as_millis(),
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            decision: Decision::Allow,
            access_token_lifetime: Duration::from_hours(1),
            code_lifetime: Duration::from_mins(2),
            device_code_lifetime: Duration::from_mins(5),
            poll_interval: Duration::from_secs(30),
            refreshes: 10,
            refresh_window: Duration::from_mins(10),
            denial: Duration::from_mins(10),
            denial_extends: true,
            throttle_status: StatusCode::OK,
            live_access_tokens: 15,
            live_refresh_tokens: 20,
            tells_scopes: true,
            time_unit: TimeUnit::Seconds,
            hollow_scopes: Vec::new(),
        }
    }
}
