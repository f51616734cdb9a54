//! The settings of the accounts server.

use std::time::Duration;

use http::StatusCode;

/// How an accounts server behaves. Defaults to what Zoho documents.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// The decision of the user at the browser, on consent pages and devices. Defaults to
    /// [`Decision::Allow`].
    pub decision: Decision,
    /// How long an access token lives: an hour.
    pub access_token_lifetime: Duration,
    /// How long a code waits to be exchanged: two minutes.
    pub code_lifetime: Duration,
    /// How long a device may wait for its user: five minutes.
    pub device_code_lifetime: Duration,
    /// The shortest time between two polls of a device: 30 seconds.
    pub poll_interval: Duration,
    /// How many access tokens a refresh token gives in a [`refresh_window`](Self::refresh_window):
    /// ten.
    pub refreshes: usize,
    /// The window of [`refreshes`](Self::refreshes): any ten minutes.
    pub refresh_window: Duration,
    /// How long a refresh token is denied after too many refreshes, from the last refused one: ten
    /// minutes.
    pub denial: Duration,
    /// Whether a refresh within a denial makes it longer. Defaults to true.
    pub denial_extends: bool,
    /// The status of `Access Denied`: 200; 400 was observed too.
    pub throttle_status: StatusCode,
    /// How many access tokens of a refresh token are valid at a time: 15. Another one revokes the
    /// oldest.
    pub live_access_tokens: usize,
    /// How many refresh tokens a user has for an app: 20. Another one revokes the oldest.
    pub live_refresh_tokens: usize,
    /// Whether token responses include the scopes, as some of Zoho's do. Defaults to true.
    pub tells_scopes: bool,
    /// The units and names of lifetimes in responses.
    pub time_unit: TimeUnit,
    /// The scopes that a token of client credentials reports, but is refused for. Defaults to
    /// none.
    pub hollow_scopes: Vec<String>,
}

/// The decision of a user who is asked for consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

/// The units of lifetimes in responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeUnit {
    /// As documented: `expires_in` and `interval` are seconds.
    Seconds,
    /// As in older responses, and as observed in those to devices: `expires_in` and `interval` are
    /// milliseconds. A response with a token also has `expires_in_sec`.
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
