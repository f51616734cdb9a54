//! What of the accounts server can be set.

use std::time::Duration;

use http::StatusCode;

/// How an accounts server behaves. It begins with what Zoho documents.
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
    /// How much time there has to be between two polls of a device: 30 seconds.
    pub poll_interval: Duration,
    /// How many access tokens a refresh token gives in a [`refresh_window`](Self::refresh_window):
    /// ten.
    pub refreshes: usize,
    /// In which time: any ten minutes.
    pub refresh_window: Duration,
    /// How long a refresh token is denied when it gave too many, counted from the last one that
    /// was refused: ten minutes.
    pub denial: Duration,
    /// Whether a refresh within a denial makes it longer. Defaults to true.
    pub denial_extends: bool,
    /// The status of `Access Denied`: 200, and 400 has been seen as well.
    pub throttle_status: StatusCode,
    /// How many access tokens of a refresh token live at a time: 15. A further one ends the
    /// oldest.
    pub live_access_tokens: usize,
    /// How many refresh tokens a user has for an app: 20. A further one ends the oldest.
    pub live_refresh_tokens: usize,
    /// Whether token responses include the scopes, as some of Zoho's do. Defaults to true.
    pub tells_scopes: bool,
    /// In which unit, and under which names, answers tell how long something lives.
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

/// How answers tell times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeUnit {
    /// As documented: `expires_in` and `interval` are seconds.
    Seconds,
    /// As older answers did, and as those to devices have been seen to do: `expires_in` and
    /// `interval` are milliseconds. Where it comes with a token, there is an `expires_in_sec`
    /// besides.
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
