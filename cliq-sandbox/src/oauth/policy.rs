//! The settings of the accounts server.

use std::time::Duration;

use http::StatusCode;

/// The behavior of an accounts server. Defaults to what Zoho documents.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// The decision of the user at the browser, on consent pages and devices. Defaults to
    /// [`Decision::Allow`].
    pub decision: Decision,
    /// How long an access token is valid. Defaults to an hour.
    pub access_token_lifetime: Duration,
    /// How long a code is valid. Defaults to two minutes.
    pub code_lifetime: Duration,
    /// How long a device can wait for its user. Defaults to five minutes.
    pub device_code_lifetime: Duration,
    /// The minimum time between two polls of a device. Defaults to 30 seconds.
    pub poll_interval: Duration,
    /// The maximum number of refreshes of a refresh token in a
    /// [`refresh_window`](Self::refresh_window). Defaults to ten.
    pub refreshes: usize,
    /// The rolling window of refreshes. Defaults to ten minutes.
    pub refresh_window: Duration,
    /// How long refreshes are denied after too many, from the last denied one. Defaults to ten
    /// minutes.
    pub denial: Duration,
    /// Whether a denied refresh extends the denial. Defaults to `true`.
    pub denial_extends: bool,
    /// The status of `Access Denied`. Defaults to 200; 400 has been observed as well.
    pub throttle_status: StatusCode,
    /// The maximum number of valid access tokens per refresh token. Another one revokes the oldest.
    /// Defaults to 15.
    pub live_access_tokens: usize,
    /// The maximum number of refresh tokens per user and app. Another one revokes the oldest.
    /// Defaults to 20.
    pub live_refresh_tokens: usize,
    /// Whether token responses contain the scopes, as some of Zoho's do. Defaults to `true`.
    pub tells_scopes: bool,
    /// The unit and the names of durations in responses.
    pub time_unit: TimeUnit,
    /// Scopes that a token of client credentials reports, but that are rejected. Defaults to none.
    pub hollow_scopes: Vec<String>,
}

/// A user's decision on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Consents.
    Allow,
    /// Refuses.
    Deny,
}

/// How responses express durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeUnit {
    /// `expires_in` and `interval` are seconds, as documented.
    Seconds,
    /// As in older responses, and as observed in responses to devices: `expires_in` and `interval`
    /// are milliseconds. A token response also has `expires_in_sec`.
    Milliseconds,
}

impl TimeUnit {
    /// Converts a duration into this unit.
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
